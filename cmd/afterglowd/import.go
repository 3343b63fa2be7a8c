package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"afterglow/cmd/cli"
	"afterglow/proxy"
	"afterglow/proxy/config"
)

// converters are what an import does with the two files, see migrate.Convert and importUsage.
type converters struct {
	config func(yaml []byte) (toml string, notes []string, err error)
	usage  func(ctx context.Context, ledgerPath, from string) (added int, err error)
}

func importCommand(set *proxy.Setup, with converters) *cobra.Command {
	i := &importer{set: set, with: with}
	cmd := &cobra.Command{
		Use:   "import",
		Short: "Import the configuration and the usage of coding-proxy",
		Long: `Import the configuration and the usage of coding-proxy. Without --config and --usage the command reads
config.yaml and usage.db in ~/.coding-proxy, if they exist. The converted configuration is written where
Afterglow reads it. If there is a configuration already, it stays, and the converted one is written next to
it as config.imported.toml. Nothing is overwritten. Calls are added to the call history; calls that are
already there are not added again. With --json it prints one object: "config" (the file that was written),
"notes", "calls_added".`,
		Example: `  afterglowd import
  afterglowd import --config old.yaml --out -`,
		Args: cobra.NoArgs,
		RunE: i.run,
	}
	flags := cmd.Flags()
	flags.StringVar(&i.yaml, "config", "", "coding-proxy's configuration `file` (in this command, not Afterglow's)")
	flags.StringVar(&i.usage, "usage", "", "coding-proxy's database `file`")
	flags.StringVar(&i.out, "out", "", "`file` for the converted configuration; - for standard output")
	flags.BoolVar(&i.json, "json", false, "print JSON")
	return cmd
}

type importer struct {
	set              *proxy.Setup
	with             converters
	yaml, usage, out string
	json             bool
}

// imported is what import --json prints. Scripts rely on it.
type imported struct {
	Config string   `json:"config"` // "" = none was written
	Notes  []string `json:"notes"`
	Calls  *int     `json:"calls_added"` // null = there was no database
}

func (i *importer) run(cmd *cobra.Command, _ []string) error {
	if i.json && i.out == "-" {
		return cli.Misused("--json and --out - cannot be used together: both write to standard output")
	}
	yaml, err := oldFile(i.yaml, "config.yaml")
	if err != nil {
		return err
	}
	usage, err := oldFile(i.usage, "usage.db")
	if err != nil {
		return err
	}
	if yaml == "" && usage == "" {
		return errors.New("nothing to import: there is no config.yaml and no usage.db in ~/.coding-proxy")
	}
	// What is said beside a configuration on the standard output goes elsewhere.
	done, say := imported{Notes: []string{}}, cmd.OutOrStdout()
	if i.out == "-" {
		say = cmd.ErrOrStderr()
	} else if i.json {
		say = io.Discard
	}
	if yaml != "" {
		if err := i.convert(cmd, yaml, say, &done); err != nil {
			return err
		}
	}
	if usage != "" {
		if err := i.take(cmd.Context(), usage, say, &done); err != nil {
			return err
		}
	}
	if i.json {
		return printJSON(cmd.OutOrStdout(), done)
	}
	return nil
}

// oldFile is a file that was named, or else coding-proxy's own; "" if that is not there.
func oldFile(named, own string) (string, error) {
	path := named
	if named == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("find coding-proxy's files: %w", err)
		}
		path = filepath.Join(home, ".coding-proxy", own)
	}
	_, err := os.Stat(path)
	if named == "" && errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("import: %w", err)
	}
	return path, nil
}

func (i *importer) convert(cmd *cobra.Command, yaml string, say io.Writer, done *imported) error {
	text, err := readOld(yaml)
	if err != nil {
		return fmt.Errorf("import configuration: %w", err)
	}
	toml, notes, err := i.with.config(text)
	if err != nil {
		return fmt.Errorf("%s: %w", yaml, err)
	}
	done.Notes = append(done.Notes, notes...)
	if i.out == "-" {
		if _, err := io.WriteString(cmd.OutOrStdout(), toml); err != nil {
			return fmt.Errorf("write configuration: %w", err)
		}
	} else if done.Config, err = i.write(toml, say); err != nil {
		return err
	}
	for _, note := range notes {
		fmt.Fprintf(say, "note: %s\n", cli.SafeLines(note))
	}
	return nil
}

// mostRead bounds what is read of a configuration, in bytes. The conversion takes less.
const mostRead = 1 << 20

func readOld(yaml string) ([]byte, error) {
	from, err := os.Open(yaml)
	if err != nil {
		return nil, err
	}
	defer from.Close()
	return io.ReadAll(io.LimitReader(from, mostRead))
}

// write writes the converted configuration to a new file, whose name it returns.
func (i *importer) write(toml string, say io.Writer) (string, error) {
	path := i.out
	if path == "" {
		own, err := config.DefaultPath()
		if err != nil && i.set.Config == "" {
			return "", err
		}
		path = cmp.Or(i.set.Config, own)
		if _, err := os.Lstat(path); err == nil {
			fmt.Fprintf(say, "%s was not changed.\n", cli.Safe(path))
			path = strings.TrimSuffix(path, filepath.Ext(path)) + ".imported.toml"
		}
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", fmt.Errorf("make configuration folder: %w", err)
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // it may hold keys
	if errors.Is(err, fs.ErrExist) {
		return "", fmt.Errorf("%s already exists and was not overwritten. Choose another file with --out", path)
	}
	if err != nil {
		return "", fmt.Errorf("write configuration: %w", err)
	}
	_, err = file.WriteString(toml)
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return "", fmt.Errorf("write configuration: %w", err)
	}
	fmt.Fprintf(say, "The configuration was written to %s.\n", cli.Safe(path))
	return path, nil
}

// take takes the calls over.
func (i *importer) take(ctx context.Context, usage string, say io.Writer, done *imported) error {
	dir, err := i.set.StateDir()
	if err != nil {
		return err
	}
	if err := config.OwnFolder(dir); err != nil {
		return fmt.Errorf("make state folder: %w", err)
	}
	path := config.Ledger{}.Path(dir)
	if _, conf, err := i.set.Load(); err == nil { // or it is the one that is being converted
		path = conf.Ledger.Path(dir)
	}
	added, err := i.with.usage(ctx, path, usage)
	if err != nil {
		return fmt.Errorf("import usage of %s: %w", usage, err)
	}
	done.Calls = &added
	fmt.Fprintf(say, "Calls added to the call history: %s\n", cli.Thousands(int64(added)))
	return nil
}
