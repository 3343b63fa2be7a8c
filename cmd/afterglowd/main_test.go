package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"afterglow/proxy/fakevendor"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"afterglowd": func() { os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr)) },
	})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(env *testscript.Env) error {
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("XDG_CONFIG_HOME", env.WorkDir+"/config")
			env.Setenv("XDG_STATE_HOME", env.WorkDir+"/state")
			prerm, err := filepath.Abs("../../assets/linux/prerm")
			env.Setenv("PRERM", prerm)
			return err
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"http": request, "listening": listening, "simulate": simulate},
	})
}

// request is the script command "http METHOD PATH [BODY]": it asks the server that the last
// "listening" found, and writes the status and the body to the file "answer".
func request(ts *testscript.TestScript, neg bool, args []string) {
	body := ""
	if len(args) > 2 {
		body = args[2]
	}
	req, err := http.NewRequest(args[0], ts.Getenv("base")+args[1], strings.NewReader(body))
	ts.Check(err)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if neg {
		if err == nil {
			ts.Fatalf("the server answered %s", resp.Status)
		}
		return
	}
	ts.Check(err)
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs("answer"), fmt.Appendf(nil, "%d %s\n", resp.StatusCode, answer), 0o600))
}

// simulate is the script command "simulate KEY": it starts a vendor that takes no other key, and sets "sim" to where.
func simulate(ts *testscript.TestScript, neg bool, args []string) {
	sim, err := fakevendor.Start(fakevendor.Options{Key: args[0]})
	ts.Check(err)
	ts.Defer(sim.Close)
	ts.Setenv("sim", sim.URL())
}

// listening is the script command "listening FILE": it waits until FILE, the standard output of a
// server in the background, says where it listens.
func listening(ts *testscript.TestScript, neg bool, args []string) {
	for deadline := time.Now().Add(3 * time.Minute); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		text, _ := os.ReadFile(ts.MkAbs(args[0]))
		if _, after, ok := strings.Cut(string(text), "listens on "); ok && strings.Contains(after, "\n") {
			base, _, _ := strings.Cut(after, "\n")
			ts.Setenv("base", base)
			return
		}
	}
	ts.Fatalf("%s never said where the server listens", args[0])
}
