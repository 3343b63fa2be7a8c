//go:build agents && linux

package agentstest

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// report is the table that docs/clients.md has, and a file with all that was printed.
type report struct {
	dir string

	mu       sync.Mutex // guards what follows
	versions []string
	rows     map[string][]string // by the kind of visit
	whole    strings.Builder
}

func (rep *report) version(pkg, version string) {
	rep.versions = append(rep.versions, fmt.Sprintf("`%s`: %s", pkg, version))
}

// add adds what came of a visit: a row with its slowest run.
func (rep *report) add(agent, kind string, v *visit) {
	rep.mu.Lock()
	defer rep.mu.Unlock()
	if rep.rows == nil {
		rep.rows = map[string][]string{}
	}
	result := "as expected"
	if v.t.Failed() {
		result = "**not as expected**"
	}
	row := fmt.Sprintf("| %s | %s | not started | - | - | - | - | %s |", agent, kind, result)
	fmt.Fprintf(&rep.whole, "== %s, %s\n%s", agent, kind, v.said)
	slowest := time.Duration(-1)
	for _, r := range v.runs {
		printed := v.printed(r)
		fmt.Fprintf(&rep.whole, "-- %s, first words %s, answer %s, end %s, exit %s\n%s\n", v.agent.program,
			seconds(r.words), seconds(r.answer), seconds(r.total), r.exit, printed)
		if r.total < slowest {
			continue
		}
		slowest = r.total
		if r.answer != 0 {
			printed = v.masked(r.stdout.String())
		}
		row = fmt.Sprintf("| %s | %s | %s | %s | %s | %d | %s | %s |", agent, kind,
			seconds(r.answer), seconds(r.total), r.exit, len(v.net.callsOf(v.agent.vendor)), cell(printed), result)
	}
	rep.rows[kind] = append(rep.rows[kind], row)
	list(rep, "called", v.net.calls, func(c call) string {
		return strings.Join([]string{c.vendor, c.path, c.model, v.masked(strings.Join(c.credentials, " "))}, " ")
	})
	list(rep, "there is no way to", v.net.tried, func(host string) string { return host })
}

// list adds what a visit's network has seen, each with how often.
func list[T any](rep *report, head string, all []T, line func(T) string) {
	times := map[string]int{}
	for _, one := range all {
		times[line(one)]++
	}
	for _, one := range slices.Sorted(maps.Keys(times)) {
		fmt.Fprintf(&rep.whole, "-- %s %s (%d)\n", head, one, times[one])
	}
}

func (rep *report) write(t *testing.T) {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s, %d processors, load %s at the end. %s.\n\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), load(), strings.Join(rep.versions, "; "))
	b.WriteString("| agent | what was tried | answer after | end after | exit code | calls to the vendor | what it printed | result |\n|---|---|---|---|---|---|---|---|\n")
	for _, kind := range visits {
		slices.Sort(rep.rows[kind.name])
		for _, row := range rep.rows[kind.name] {
			b.WriteString(row + "\n")
		}
	}
	for name, text := range map[string]string{"report.md": b.String(), "printed.txt": rep.whole.String()} {
		if err := os.WriteFile(filepath.Join(rep.dir, name), []byte(text), 0o644); err != nil {
			t.Error(err)
		}
	}
}

// load is how many programs the machine had to run lately: the mean of five minutes.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if fields := strings.Fields(string(text)); err == nil && len(fields) > 1 {
		return fields[1]
	}
	return "unknown"
}

func seconds(d time.Duration) string {
	if d == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

// cell is a text that fits into a table.
func cell(text string) string {
	text = strings.ReplaceAll(strings.Join(strings.Fields(text), " "), "|", `\|`)
	if text == "" {
		return "nothing"
	}
	return "`" + strings.ReplaceAll(end(text, 240), "`", "'") + "`"
}

// end is the end of a text that is long.
func end(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return "… " + string(runes[len(runes)-most:])
	}
	return text
}
