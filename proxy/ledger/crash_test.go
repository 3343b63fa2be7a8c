package ledger

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/calendar"
)

// childPath makes this test binary the program that is killed: it records calls until it is.
const childPath = "AFTERGLOW_LEDGER_CHILD"

func TestMain(m *testing.M) {
	if path := os.Getenv(childPath); path != "" {
		if err := recordForEver(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// progress is what the child says now and then: so many calls were written, of those that were recorded.
type progress struct{ Written, Recorded int64 }

func recordForEver(path string) error {
	l, err := Open(Options{Path: path, Retention: 24 * time.Hour})
	if err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	pause := time.NewTicker(time.Millisecond)
	for n := int64(1); ; n++ {
		c := whole()
		c.Time, c.Usage = calendar.Now(), anthropic.Usage{Input: n, Output: 1}
		c.Session, c.Model = "s-"+strconv.FormatInt(n%7, 10), "m-"+strconv.FormatInt(n%5, 10)
		c.Class = OK
		c.Evidence = []Evidence{{Kind: "message", Raw: json.RawMessage(`{"input_tokens":1}`), Usage: c.Usage}}
		l.Record(c)
		if n%20 == 0 {
			if err := out.Encode(progress{l.Stats().Written, n}); err != nil {
				return err
			}
			<-pause.C
		}
	}
}

// However a process ends, at any moment: the database opens, no row is half there, sums are those of the rows, and
// nothing is lost that was counted as written.
func TestKilledAtAnyMoment(t *testing.T) {
	rounds := 100
	if testing.Short() {
		rounds = 10
	}
	path := file(t)
	for round := range rounds {
		if round%10 == 0 { // an old one is killed while it is opened, a new one while it is made
			path = file(t)
		}
		last := killedAfter(t, path, time.Duration(rand.IntN(900))*time.Millisecond)
		checkAfterKill(t, path, last)
	}
}

// killedAfter runs the child for a while, kills it, and returns what it said.
func killedAfter(t *testing.T, path string, d time.Duration) (said []progress) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env, cmd.Stderr = append(os.Environ(), childPath+"="+path), os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill := time.AfterFunc(d, func() { cmd.Process.Kill() })
	defer kill.Stop()
	for lines := bufio.NewReader(out); ; {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF {
			break
		}
		var p progress
		if json.Unmarshal(line, &p) == nil {
			said = append(said, p)
		}
	}
	cmd.Wait() // killed: that is no failure
	return said
}

func checkAfterKill(t *testing.T, path string, said []progress) {
	t.Helper()
	l := open(t, path)
	defer l.Close()
	if s := l.Stats(); s.Problem != "" {
		t.Fatal(s.Problem)
	}
	db := l.files.Load().read
	var verdict string
	var rows, evidence, days, sessions, input, dayInput int64
	if err := db.QueryRow("PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
		t.Fatal(verdict, err)
	}
	err := db.QueryRow(`SELECT (SELECT count(*) FROM usage_log), (SELECT count(*) FROM usage_evidence), (SELECT coalesce(sum(requests), 0) FROM usage_day),
		(SELECT coalesce(sum(requests), 0) FROM session_day), (SELECT coalesce(sum(input_tokens), 0) FROM usage_log), (SELECT coalesce(sum(input), 0) FROM usage_day)`).
		Scan(&rows, &evidence, &days, &sessions, &input, &dayInput)
	if err != nil || rows != evidence || rows != days || rows != sessions || input != dayInput {
		t.Fatalf("%d rows, %d of evidence, sums of %d and %d; %d and %d tokens; %v", rows, evidence, days, sessions, input, dayInput, err)
	}
	var last int64 // of this run: its calls are numbered from 1, without a gap
	if err := db.QueryRow("SELECT coalesce((SELECT input_tokens FROM usage_log ORDER BY id DESC LIMIT 1), 0)").Scan(&last); err != nil {
		t.Fatal(err)
	}
	if len(said) == 0 {
		return
	}
	if end := said[len(said)-1]; end.Written > last {
		t.Errorf("%d calls of %d were written, but the last there is %d", end.Written, end.Recorded, last)
	}
}
