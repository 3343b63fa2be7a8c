package proxy

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/gofrs/flock"

	"afterglow/proxy/config"
)

// lockFile is the file in the state folder that the process holds whose folder it is. The system lets go of it however
// the process ends, so that one which is there says nothing.
const lockFile = "afterglow.lock"

// Claim is a state folder that belongs to this process: two would write over each other's state and ledger.
type Claim struct {
	lock    *flock.Flock
	problem error
}

// RunningError says that another process has the state folder.
type RunningError struct {
	Dir     string
	PID     int    // 0 = not known
	Address string // where it listens; "" = it does not, or that is not known
}

// Error names the process and what to do.
func (e *RunningError) Error() string {
	return e.Fact() + ". Quit it first, or start a second instance with another --state"
}

// Fact names the process.
func (e *RunningError) Fact() string {
	return fmt.Sprintf("Afterglow is already running%s with the state folder %s", e.who(), e.Dir)
}

func (e *RunningError) who() string {
	var who []string
	if e.PID != 0 {
		who = append(who, "process "+strconv.Itoa(e.PID))
	}
	if e.Address != "" {
		who = append(who, "at "+e.Address)
	}
	if len(who) == 0 {
		return ""
	}
	return " (" + strings.Join(who, " ") + ")"
}

// Claim takes the state folder, which it makes if need be. The error is a *RunningError if another process has it, and a
// *config.FolderError if it is another user's, or what is to be written there would be written elsewhere. Any other folder
// that cannot be locked is no reason not to run: Problem then says why. Release the claim last of all.
func (set Setup) Claim() (*Claim, error) {
	dir, err := set.StateDir()
	if err == nil {
		err = config.OwnFolder(dir)
	}
	path := filepath.Join(dir, lockFile)
	if err == nil {
		err = config.NoLink(path)
	}
	var foreign *config.FolderError
	if errors.As(err, &foreign) {
		return nil, fmt.Errorf("state folder: %w", err)
	}
	if err != nil {
		return &Claim{problem: fmt.Errorf("lock state folder: %w", err)}, nil
	}
	lock := config.Lock(path)
	held, err := lock.TryLock()
	if err != nil {
		return &Claim{problem: fmt.Errorf("lock state folder: %w", err)}, nil
	}
	if !held {
		return nil, runningIn(dir)
	}
	// Windows lets nobody write to what is locked; there the other process is known once it listens.
	if file, err := config.OwnFile(path, os.O_WRONLY|os.O_TRUNC); err == nil {
		_, _ = file.WriteString(strconv.Itoa(os.Getpid()) + "\n")
		file.Close()
	}
	// Whoever wrote this was killed: the folder is ours.
	if err := os.Remove(InstancePath(dir)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return &Claim{lock, fmt.Errorf("remove what a killed process left: %w", err)}, nil
	}
	return &Claim{lock: lock}, nil
}

// runningIn is what is known of the process that has a folder.
func runningIn(dir string) *RunningError {
	e := &RunningError{Dir: dir}
	text, _ := os.ReadFile(filepath.Join(dir, lockFile))
	e.PID, _ = strconv.Atoi(strings.TrimSpace(string(text)))
	if known, err := ReadInstance(dir); err == nil {
		e.Address, e.PID = known.Address, cmp.Or(e.PID, known.PID)
	}
	return e
}

// Problem says why the folder is not protected against a second process; nil if it is.
func (c *Claim) Problem() error { return c.problem }

// Release lets another process have the folder.
func (c *Claim) Release() {
	if c.lock != nil {
		_ = c.lock.Unlock() // of a file that the end of the process unlocks anyway
	}
}
