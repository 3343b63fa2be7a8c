package connect

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tidwall/gjson"
)

// Without a model of its own opencode takes the provider's last one by the alphabet, such as one for pictures.
func TestOpencodeStartsWithTheVendorsFirstModel(t *testing.T) {
	at := target("127.0.0.1:1")
	at.Vendors[0].Models = []string{"glm-5.1", "glm-4.5-air", "glm-5v-turbo"}
	for name, c := range map[string]struct {
		text, model string
		later       string // what the user writes for the model that is there
		back        string // the model after disconnecting
	}{
		"no file":              {"", "afterglow/glm-5.1", "", ""},
		"no model":             {"{\n\t// mine\n\t\"theme\": \"x\",\n}\n", "afterglow/glm-5.1", "", ""},
		"the user's own":       {`{"model": "corp/x"}`, "corp/x", "", "corp/x"},
		"one of ours by hand":  {`{"model": "afterglow/glm-4.5-air"}`, "afterglow/glm-4.5-air", "", "afterglow/glm-4.5-air"},
		"another chosen later": {`{"theme": "x"}`, "afterglow/glm-5.1", "corp/y", "corp/y"},
	} {
		t.Run(name, func(t *testing.T) {
			d, file := home(t, "opencode")
			if c.text != "" {
				must(t, os.MkdirAll(filepath.Dir(file), 0o700))
				must(t, os.WriteFile(file, []byte(c.text), 0o600))
			}
			model := func() string {
				text, err := os.ReadFile(file)
				must(t, err)
				all, err := jsonText{}.read(text)
				must(t, err)
				return textAt(all, "model")
			}
			for range 2 { // also if it is connected already
				must(t, d.Connect("opencode", Choice{}, at))
				if got := model(); got != c.model {
					t.Errorf("opencode starts with %q, want %q", got, c.model)
				}
			}
			if c.later != "" {
				text, err := os.ReadFile(file)
				must(t, err)
				must(t, os.WriteFile(file, []byte(strings.Replace(string(text), c.model, c.later, 1)), 0o600))
				must(t, d.Connect("opencode", Choice{}, at))
				if got := model(); got != c.later {
					t.Errorf("connecting again changed the model to %q, want %q", got, c.later)
				}
			}
			must(t, off(d, "opencode", at))
			text, err := os.ReadFile(file)
			if c.later == "" && string(text) != c.text || c.text == "" && !os.IsNotExist(err) {
				t.Errorf("after disconnecting the file is %q, %v; it was %q", text, err, c.text)
			}
			if got := gjson.GetBytes(text, "model").Str; got != c.back {
				t.Errorf("after disconnecting the model is %q, want %q", got, c.back)
			}
		})
	}
}

// The backup may be gone. Then what leads here is taken out, and nothing else.
func TestOpencodesModelIsTakenBackWithoutABackup(t *testing.T) {
	at := target("127.0.0.1:1")
	for model, want := range map[string]string{"": "", "corp/x": "corp/x"} {
		d, file := home(t, "opencode")
		must(t, d.Connect("opencode", Choice{}, at))
		if model != "" {
			text, err := os.ReadFile(file)
			must(t, err)
			must(t, os.WriteFile(file, []byte(strings.Replace(string(text), "afterglow/"+at.Vendors[0].Models[0], model, 1)), 0o600))
		}
		must(t, os.RemoveAll(d.dir))
		must(t, off(d, "opencode", at))
		text, err := os.ReadFile(file)
		must(t, err)
		if got := gjson.GetBytes(text, "model").Str; got != want || strings.Contains(string(text), "afterglow") {
			t.Errorf("%s", text)
		}
	}
}
