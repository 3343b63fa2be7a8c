//go:build agents && linux

package agentstest

import (
	"cmp"
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

// report is what docs/clients.md shows, and a file with all that was printed.
type report struct {
	dir string

	mu       sync.Mutex // guards what follows
	versions []string
	times    map[string]string // by agent and kind of visit
	words    map[string]string // the same, of visits without an answer
	whole    strings.Builder
}

func newReport(dir string) *report {
	return &report{dir: dir, times: map[string]string{}, words: map[string]string{}}
}

func (rep *report) version(pkg, version string) {
	rep.versions = append(rep.versions, fmt.Sprintf("`%s`: %s", pkg, version))
}

// add adds what came of a visit, as its slowest run has it.
func (rep *report) add(agent, kind string, v *visit) {
	rep.mu.Lock()
	defer rep.mu.Unlock()
	at := agent + kind
	rep.times[at] = "not started"
	fmt.Fprintf(&rep.whole, "== %s, %s\n%s", agent, kind, v.said)
	slowest := time.Duration(-1)
	for _, r := range v.runs {
		fmt.Fprintf(&rep.whole, "-- %s, first words %s, answer %s, end %s, exit %s\n%s\n", v.agent.program,
			seconds(r.words), seconds(r.answer), seconds(r.total), r.exit, v.printed(r))
		if r.total < slowest {
			continue
		}
		slowest = r.total
		switch {
		case r.answer != 0:
			rep.times[at] = seconds(r.answer)
		case r.stopped:
			rep.times[at], rep.words[at] = "does not end in "+seconds(r.total), cell(v.printed(r))
		default:
			rep.times[at], rep.words[at] = "ends after "+seconds(r.total), cell(v.printed(r))
		}
	}
	if v.t.Failed() {
		rep.times[at] += ", **not as expected**"
	}
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
	fmt.Fprintf(&b, "%s, %s, %d processors, load %s. %s.\n\n",
		runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), load(), strings.Join(rep.versions, "; "))
	rep.table(&b, rep.times)
	if len(rep.words) > 0 {
		b.WriteString("\nWhat is printed where there is no answer:\n\n")
		rep.table(&b, rep.words)
	}
	for name, text := range map[string]string{"report.md": b.String(), "printed.txt": rep.whole.String()} {
		if err := os.WriteFile(filepath.Join(rep.dir, name), []byte(text), 0o644); err != nil {
			t.Error(err)
		}
	}
}

// table writes a row for each agent and a column for each kind of visit, without the columns that have nothing.
func (rep *report) table(b *strings.Builder, cells map[string]string) {
	head, rows := "| agent |", make([]string, len(agents))
	for _, kind := range visits {
		if !slices.ContainsFunc(agents, func(a agent) bool { return cells[a.name+kind.name] != "" }) {
			continue
		}
		head += " " + kind.name + " |"
		for i, a := range agents {
			rows[i] += " " + cmp.Or(cells[a.name+kind.name], "-") + " |"
		}
	}
	b.WriteString(head + "\n" + strings.Repeat("|---", strings.Count(head, "|")-1) + "|\n")
	for i, a := range agents {
		b.WriteString("| " + a.name + " |" + rows[i] + "\n")
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

// cell is a text that fits into a table. Of lines that come again and again it has the last, with how often.
func cell(text string) string {
	var lines []string
	times := 1
	for line := range strings.Lines(text) {
		line = strings.Join(strings.Fields(line), " ")
		last := len(lines) - 1
		switch {
		case line == "":
		case last >= 0 && (lines[last] == line || times > 1 && lines[last] == fmt.Sprintf("%s (%d times)", line, times)):
			times++
			lines[last] = fmt.Sprintf("%s (%d times)", line, times)
		default:
			lines, times = append(lines, line), 1
		}
	}
	if lines == nil {
		return "nothing"
	}
	return "`" + strings.NewReplacer("`", "'", "|", `\|`).Replace(end(strings.Join(lines, " "), 400)) + "`"
}

// end is the end of a text that is long.
func end(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return "… " + string(runes[len(runes)-most:])
	}
	return text
}
