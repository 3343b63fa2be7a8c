package config

import "testing"

func TestSpellingsOfOneModelAreOneName(t *testing.T) {
	v := Vendor{
		DefaultModel: "glm-4.5-air", OwnModels: []string{"glm-*", "Mixed-Case"}, Models: []Rule{{Match: "claude-opus-5-5", To: "glm-5.1"}},
		Limit: Limit{Models: map[string]int{"GLM-6": 1}},
	}
	for name, want := range map[string]string{
		"glm-5.1": "glm-5.1", "GLM-5.1": "glm-5.1", "glm-5.1[1m]": "glm-5.1", "GLM-5.1[1M]": "glm-5.1", "claude-opus-5-5[1m]": "glm-5.1", "GLM-4.5-Air": "glm-4.5-air",
		"glm-6": "GLM-6", "mixed-case": "Mixed-Case", "other": "glm-4.5-air", "glm-5.1[x]": "glm-5.1[x]",
	} {
		if got := v.Model(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	if got := (Vendor{OwnModels: []string{"glm-*"}}).Model("GLM-7[200k]"); got != "GLM-7" {
		t.Error(got)
	}
	if got := (Vendor{}).Model("Any-Model"); got != "Any-Model" {
		t.Error(got)
	}
}
