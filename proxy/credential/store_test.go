package credential

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/zalando/go-keyring"
)

var someToken = Token{Access: "planted-access", Refresh: "planted-refresh", Expires: time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC), Scope: "a b"}

func TestStoreKeepsCredentials(t *testing.T) {
	keyring.MockInit()
	for name, s := range map[string]*Store{"file": OpenFile(t.TempDir()), "keyring": {file: filepath.Join(t.TempDir(), fileName), ring: system{}}} {
		t.Run(name, func(t *testing.T) {
			if _, err := s.Get("github"); !errors.Is(err, ErrNone) {
				t.Fatal(err)
			}
			if err := s.Delete("github"); err != nil {
				t.Fatal("nothing to delete:", err)
			}
			for _, token := range []Token{{Access: "old"}, someToken} {
				if err := s.Set("github", token); err != nil {
					t.Fatal(err)
				}
			}
			got, err := s.Get("github")
			if err != nil || !got.same(someToken) || !got.Expires.Equal(someToken.Expires) || got.Scope != someToken.Scope {
				t.Fatalf("%v %v", got, err)
			}
			if err := s.Delete("github"); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Get("github"); !errors.Is(err, ErrNone) {
				t.Fatal(err)
			}
		})
	}
}

// The file is its owner's alone from its first byte on, and no temporary file stays.
func TestFileIsItsOwnersAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	s := OpenFile(dir)
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			if err := s.Set(fmt.Sprintf("vendor-%d", i), someToken); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Fatal(entries, err)
	}
	info, err := entries[0].Info()
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info.Mode(), err)
	}
	for i := range 20 {
		if _, err := s.Get(fmt.Sprintf("vendor-%d", i)); err != nil {
			t.Error(i, err)
		}
	}
}

// A file that cannot be understood is kept, and nothing is written over it.
func TestABrokenFileIsSetAside(t *testing.T) {
	for _, broken := range []string{`{"github": {"access_token": "planted`, "null"} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, fileName), []byte(broken), 0o600); err != nil {
			t.Fatal(err)
		}
		s := OpenFile(dir)
		_, err := s.Get("github")
		if err == nil || !strings.Contains(err.Error(), fileName) || strings.Contains(err.Error(), "planted") {
			t.Fatal(err)
		}
		if err := s.Set("github", someToken); err != nil {
			t.Fatal(err)
		}
		aside, _ := filepath.Glob(filepath.Join(dir, fileName+".broken-*"))
		if len(aside) != 1 {
			t.Fatal(aside)
		}
		if text, _ := os.ReadFile(aside[0]); string(text) != broken {
			t.Errorf("%s", text)
		}
	}
}

// What was in the file before there was a keyring is found, and moves when it is written anew.
func TestFromTheFileToTheKeyring(t *testing.T) {
	keyring.MockInit()
	dir := t.TempDir()
	if err := OpenFile(dir).Set("github", someToken); err != nil {
		t.Fatal(err)
	}
	s := &Store{file: filepath.Join(dir, fileName), ring: system{}}
	got, err := s.Get("github")
	if err != nil || !got.same(someToken) {
		t.Fatal(got, err)
	}
	if err := s.Set("github", got); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenFile(dir).Get("github"); !errors.Is(err, ErrNone) {
		t.Error("it is still in the file:", err)
	}
	if !strings.Contains(s.Place(), "keyring") || !strings.Contains(OpenFile(dir).Place(), dir) {
		t.Error(s.Place())
	}
}

func TestAKeyringThatFailsSaysSo(t *testing.T) {
	keyring.MockInitWithError(errors.New("locked"))
	defer keyring.MockInit()
	s := &Store{file: filepath.Join(t.TempDir(), fileName), ring: system{}}
	if _, err := s.Get("github"); err == nil || errors.Is(err, ErrNone) {
		t.Error(err)
	}
	if err := s.Set("github", someToken); err == nil {
		t.Error("it was not written, and nobody says so")
	}
}

func TestTokensDoNotShowThemselves(t *testing.T) {
	for _, text := range []string{fmt.Sprint(someToken), fmt.Sprintf("%+v", someToken), fmt.Sprintf("%#v", someToken), fmt.Sprintf("%s %q", someToken.Access, someToken.Refresh)} {
		if strings.Contains(text, "planted") {
			t.Error(text)
		}
	}
	if d := cmp.Diff("[redacted]", someToken.Access.String()); d != "" {
		t.Error(d)
	}
}
