package metrics

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// promtool runs Prometheus' own checker; with what it complains about the test fails.
func promtool(t *testing.T, input string, args ...string) {
	t.Helper()
	tool, err := exec.LookPath("promtool")
	if err != nil {
		tool, err = exec.LookPath("../../out/tools/promtool") // where .ci/install puts it
	}
	if err != nil {
		t.Skip("promtool is not installed: it comes with Prometheus (Debian: prometheus)")
	}
	cmd := exec.Command(tool, args...)
	cmd.Stdin = strings.NewReader(input)
	out, err := cmd.CombinedOutput()
	if err != nil || input != "" && len(out) > 0 {
		t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

func full() *Metrics {
	m := New(sample())
	m.Record(call(), twice)
	return m
}

// ours are the names of the program's own metrics, as Prometheus has them.
func ours(t *testing.T) (names []string) {
	for name := range scraped(t, full()) {
		if strings.HasPrefix(name, "afterglow_") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func TestPromtoolFindsNothing(t *testing.T) {
	rec := httptest.NewRecorder()
	full().Handler().ServeHTTP(rec, httptest.NewRequest("GET", "/metrics", nil))
	promtool(t, rec.Body.String(), "check", "metrics")
}

type dashboard struct {
	Title, UID string
	Templating struct {
		List []variable
	}
	Panels []panel
}

type variable struct {
	Name, Type string
	Query      any
}

type panel struct {
	Title      string
	Datasource struct{ Type, UID string }
	Targets    []struct{ Expr, RefID string }
}

func readDashboard(t *testing.T) dashboard {
	t.Helper()
	text, err := os.ReadFile("../../docs/grafana/afterglow.json")
	if err != nil {
		t.Fatal(err)
	}
	var d dashboard
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	if d.Title == "" || d.UID == "" || len(d.Panels) < 10 || !slices.ContainsFunc(d.Templating.List, func(v variable) bool {
		return v.Name == "datasource" && v.Type == "datasource" && v.Query == "prometheus"
	}) {
		t.Fatalf("%q has %d panels and the variables %v", d.Title, len(d.Panels), d.Templating.List)
	}
	return d
}

var used = regexp.MustCompile(`\bafterglow_\w+`)

// A dashboard that asks for a metric the program has not is empty without a word.
func TestDashboardAsksForMetricsThatExist(t *testing.T) {
	exist := map[string]bool{}
	for name, f := range scraped(t, full()) {
		exist[name] = true
		if f.GetType().String() == "HISTOGRAM" {
			exist[name+"_bucket"], exist[name+"_sum"], exist[name+"_count"] = true, true, true
		}
	}
	for _, p := range readDashboard(t).Panels {
		if p.Datasource.UID != "${datasource}" || len(p.Targets) == 0 {
			t.Errorf("%s: datasource %q, %d queries", p.Title, p.Datasource.UID, len(p.Targets))
		}
		for _, target := range p.Targets {
			names := used.FindAllString(target.Expr, -1)
			if len(names) == 0 {
				t.Errorf("%s: %s asks for nothing", p.Title, target.Expr)
			}
			for _, name := range names {
				if !exist[name] {
					t.Errorf("%s: there is no metric %s", p.Title, name)
				}
			}
		}
	}
}

// Prometheus takes every query of the dashboard, with Grafana's variables filled in.
func TestDashboardQueriesAreValid(t *testing.T) {
	rules := "groups:\n- name: dashboard\n  rules:\n"
	fill := strings.NewReplacer("$__rate_interval", "1m", "$vendor", ".*", "$model", ".*", "$instance", ".*")
	for i, p := range readDashboard(t).Panels {
		for _, target := range p.Targets {
			rules += fmt.Sprintf("  - record: panel_%d_%s\n    expr: %q\n", i, strings.ToLower(target.RefID), fill.Replace(target.Expr))
		}
	}
	file := filepath.Join(t.TempDir(), "rules.yml")
	if err := os.WriteFile(file, []byte(rules), 0o600); err != nil {
		t.Fatal(err)
	}
	promtool(t, "", "check", "rules", file)
}

func TestDocumentListsEveryMetric(t *testing.T) {
	text, err := os.ReadFile("../../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for _, row := range regexp.MustCompile("(?m)^\\| `(afterglow_\\w+)`").FindAllStringSubmatch(string(text), -1) {
		listed[row[1]] = true
	}
	if got, want := slices.Sorted(maps.Keys(listed)), ours(t); !slices.Equal(got, want) {
		t.Errorf("the document lists\n%v\nthe program shows\n%v", got, want)
	}
}
