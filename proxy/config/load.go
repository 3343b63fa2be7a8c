package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"

	"github.com/BurntSushi/toml"

	"afterglow/assets"
	"afterglow/proxy/nesting"
	"afterglow/proxy/reason"
)

// Load reads and checks a configuration file. Its values are read with getenv where they name
// environment variables. The error is an *Error, or says why the file cannot be read.
func Load(path string, getenv func(string) string) (Config, error) {
	text, err := readText(path)
	if err != nil {
		return Config{}, fmt.Errorf("read configuration: %w", err)
	}
	return Parse(path, text, getenv)
}

// Parse is Load for a text; path is what errors call it.
func Parse(path, text string, getenv func(string) string) (Config, error) {
	written, err := decode(text)
	if err == nil {
		c := checker{getenv: getenv}
		conf := c.config(written)
		conf.Path = path
		if err = errors.Join(c.problems...); err == nil {
			return conf, nil
		}
	}
	return Config{}, &Error{File: path, Problems: problemsIn(err)}
}

// Default is the configuration without a file: of the built-in tiers every vendor that the
// environment has a key for, then Anthropic with the client's own.
func Default(getenv func(string) string) (Config, error) {
	f, err := builtIn()
	if err != nil {
		return Config{}, err
	}
	var tiers []string
	for _, tier := range f.Tiers {
		p, _ := presetNamed(f.Vendors, tier[0])
		if p.Key == nil || expand(*p.Key, getenv).missing == "" {
			tiers = append(tiers, p.Name)
		}
	}
	conf, err := Parse("the built-in configuration", "tiers = [\""+strings.Join(tiers, "\", \"")+"\"]", getenv)
	conf.Path = ""
	return conf, err
}

// longestFile bounds a configuration, in bytes: a hundred vendors take a tenth of it.
const longestFile = 512 << 10

// mostUnknown bounds how many unknown keys are named: each is looked for in the whole text.
const mostUnknown = 20

// readText reads a configuration file, and no more of one that is too long than decode needs to refuse it.
func readText(path string) (string, error) {
	from, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer from.Close()
	text, err := io.ReadAll(io.LimitReader(from, longestFile+1))
	return string(text), err
}

// decode reads TOML strictly.
func decode(text string) (file, error) {
	var f file
	if len(text) > longestFile {
		return f, fmt.Errorf("expected at most %d KiB", longestFile>>10)
	}
	if err := nesting.TOML(text); err != nil {
		return f, err
	}
	meta, err := toml.Decode(text, &f)
	var parse toml.ParseError
	if errors.As(err, &parse) {
		return f, Problem{Line: parse.Position.Line, Key: parse.LastKey, Reason: reason.Of(parse.Message)}
	}
	if err != nil {
		return f, errors.New(strings.TrimPrefix(err.Error(), "toml: "))
	}
	var unknown []error
	for i, key := range meta.Undecoded() {
		if i == mostUnknown {
			unknown = append(unknown, fmt.Errorf("%d more unknown keys", len(meta.Undecoded())-i))
			break
		}
		unknown = append(unknown, Problem{lineOf(text, key), key.String(), reason.New(reason.UnknownKey, "", "unknown key")})
	}
	return f, errors.Join(unknown...)
}

// lineOf finds where a key is written, for people: the first line that gives its last part a value,
// or 1.
func lineOf(text string, key toml.Key) int {
	last := regexp.QuoteMeta(key[len(key)-1])
	at := regexp.MustCompile(`(?m)(^\s*|[{,]\s*|\.)["']?` + last + `["']?\s*[=.\]]`).FindStringIndex(text)
	if at == nil {
		return 1
	}
	lead := text[at[0]:at[1]]
	skip := len(lead) - len(strings.TrimLeft(lead, " \t\r\n"))
	return 1 + strings.Count(text[:at[0]+skip], "\n")
}

// builtIn are the built-in vendors, and the tiers of the chain that there is without a file.
func builtIn() (file, error) {
	f, err := decode(assets.DefaultConfig)
	if err != nil {
		return f, fmt.Errorf("read built-in vendors: %w", err)
	}
	return f, nil
}

var variable = regexp.MustCompile(`\$\$|\$\{([^}]*)\}`)

// expanded is a text with its environment variables in place.
type expanded struct {
	value   string
	name    string // the variable, the last one if there are several; "" if there is none
	missing string // a variable that is not set or blank
}

// expand replaces ${NAME}; $$ is a dollar sign.
func expand(text string, getenv func(string) string) expanded {
	var e expanded
	e.value = variable.ReplaceAllStringFunc(text, func(match string) string {
		if match == "$$" {
			return "$"
		}
		e.name = match[2 : len(match)-1]
		value := strings.TrimSpace(getenv(e.name))
		if value == "" {
			e.missing = e.name
		}
		return value
	})
	return e
}

// DefaultPath is where the configuration file is unless somebody says otherwise.
func DefaultPath() (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("find configuration folder: %w", err)
	}
	return filepath.Join(dir, "afterglow", "config.toml"), nil
}

// DefaultStateDir is the folder of the state file and the log unless somebody says otherwise.
func DefaultStateDir() (string, error) {
	if runtime.GOOS == "windows" {
		if dir := os.Getenv("LocalAppData"); dir != "" {
			return filepath.Join(dir, "afterglow"), nil
		}
	}
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "afterglow"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("find state folder: %w", err)
	}
	if runtime.GOOS == "darwin" {
		return filepath.Join(home, "Library", "Application Support", "afterglow"), nil
	}
	return filepath.Join(home, ".local", "state", "afterglow"), nil
}
