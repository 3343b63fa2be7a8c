package cmd_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	linkIn = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	headIn = regexp.MustCompile(`(?m)^#+ (.*)$`)
	noSlug = regexp.MustCompile(`[^\p{L}\p{N}_\- ]`)
)

// Every link and picture of the documents leads to a file, and where it names a heading, to that; and each page
// stands in the index.
func TestLinksOfTheDocumentsLeadSomewhere(t *testing.T) {
	pages := []string{"../README.md"}
	err := filepath.WalkDir("../docs", func(path string, _ fs.DirEntry, err error) error {
		if filepath.Ext(path) == ".md" {
			pages = append(pages, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	indexed := map[string]bool{"../README.md": true, "../docs/README.md": true}
	for _, page := range pages {
		for _, link := range linkIn.FindAllStringSubmatch(read(t, page), -1) {
			if strings.Contains(link[1], "://") {
				continue
			}
			file, heading, _ := strings.Cut(link[1], "#")
			to := page
			if file != "" {
				to = filepath.Join(filepath.Dir(page), file)
			}
			if _, err := os.Stat(to); err != nil {
				t.Errorf("%s: %s leads nowhere", page, link[1])
			} else if heading != "" && !slices.Contains(headings(read(t, to)), heading) {
				t.Errorf("%s: %s names no heading of that page", page, link[1])
			}
			indexed[to] = indexed[to] || page == "../docs/README.md"
		}
	}
	for _, page := range pages {
		if !indexed[page] {
			t.Errorf("%s: docs/README.md does not name it", page)
		}
	}
}

// The README begins with what Afterglow is, a picture, and the commands of the most common case: one key, Claude Code.
func TestTheReadmeBeginsWithOneKey(t *testing.T) {
	readme := read(t, "../README.md")
	top := strings.Join(strings.SplitN(readme, "\n", 16)[:15], "\n")
	at := 0
	for _, want := range []string{"local proxy", "](docs/images/", "export ZHIPU_API_KEY=", "make run", "connect claude-code", "    claude "} {
		n := strings.Index(top[at:], want)
		if n < 0 {
			t.Fatalf("the first 15 lines do not have %q after\n%s", want, top[:at])
		}
		at += n
	}
	for _, want := range []string{"`make run`", "`make test`", "`make build`", "sudo make install"} {
		if !strings.Contains(readme, want) {
			t.Errorf("the README does not name %s", want)
		}
	}
	example := read(t, "../docs/example.toml")
	if one := strings.Index(example, `tiers = ["zhipu"]`); one < 0 || one > 300 {
		t.Error("docs/example.toml does not begin with one key")
	}
}

// emphasis are the words in italics, and between Chinese quotation marks, that are no labels of the window.
var emphasis = []string{
	"afterglow", "current limit", "generation", "maximum", "per minute", "up", "vendor chain", "where Afterglow runs", "you",
	"Dashboards, New, Import", // Grafana's
	"CSV", "JSON",             // the same in every language
	"余晖", "!", "–", "6 · ~5秒", // what the tray and the tables show
}

// Labels that the documents quote are those of the window: in English in italics, in Chinese between quotation marks.
func TestTheDocumentsQuoteTheWindowsLabels(t *testing.T) {
	pages, err := filepath.Glob("../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	code := regexp.MustCompile("`[^`\n]*`|(?m)^    .*$")
	quoted := map[string]*regexp.Regexp{
		"en": regexp.MustCompile(`(?:^|[^*\w\\])\*(\p{L}[^*\n|\\]*)\*(?:[^*\w]|$)`), "zh-Hans": regexp.MustCompile(`“([^”\n]+)”`),
	}
	found := map[string]int{}
	for _, page := range append(pages, "../README.md") {
		language := "en"
		if strings.HasSuffix(page, ".zh.md") {
			language = "zh-Hans"
		}
		labels := labelsIn(t, "../assets/translations/"+language+".json")
		for _, m := range quoted[language].FindAllStringSubmatch(code.ReplaceAllString(read(t, page), ""), -1) {
			label := strings.TrimSuffix(m[1], ".")
			if slices.Contains(emphasis, label) {
				continue
			}
			if found[language]++; !slices.ContainsFunc(labels, func(text *regexp.Regexp) bool { return text.MatchString(label) }) {
				t.Errorf("%s: the window has no text %q", page, label)
			}
		}
	}
	if found["en"] < 50 || found["zh-Hans"] < 30 {
		t.Errorf("labels that were looked at: %v", found)
	}
}

// labelsIn are the texts of a language, with anything in their holes.
func labelsIn(t *testing.T, path string) (all []*regexp.Regexp) {
	t.Helper()
	var texts map[string]any
	if err := json.Unmarshal([]byte(read(t, path)), &texts); err != nil {
		t.Fatal(err)
	}
	hole, word := regexp.MustCompile(`\\\{\\\{\\\.\w+\\\}\\\}`), regexp.MustCompile(`[\p{L}]{2}`)
	add := func(text any) {
		escaped := regexp.QuoteMeta(strings.TrimSuffix(text.(string), "."))
		if literal := hole.ReplaceAllString(escaped, ""); literal == escaped || word.MatchString(literal) {
			all = append(all, regexp.MustCompile("^"+hole.ReplaceAllString(escaped, ".+")+"$"))
		}
	}
	for _, text := range texts {
		if forms, ok := text.(map[string]any); ok {
			for _, form := range forms {
				add(form)
			}
			continue
		}
		add(text)
	}
	return all
}

// headings are the names that links have for a page's headings.
func headings(text string) (all []string) {
	for _, head := range headIn.FindAllStringSubmatch(text, -1) {
		plain := noSlug.ReplaceAllString(strings.ToLower(head[1]), "")
		all = append(all, strings.ReplaceAll(plain, " ", "-"))
	}
	return all
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
