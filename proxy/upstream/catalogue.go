package upstream

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// catalogueLife is how long a list of models counts as new. An older one is used while a newer one is
// on its way.
const catalogueLife = 5 * time.Minute

// catalogueWait is how long a call waits for the first list.
const catalogueWait = 5 * time.Second

// catalogue is the list of a vendor's models.
type catalogue struct {
	fetch func(context.Context) ([]string, error)

	mu       sync.Mutex
	ids      []string // sorted
	fetched  time.Time
	fetching chan struct{} // closed when the fetch under way has ended; nil if there is none
}

func (c *catalogue) list() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ids
}

// when is when the list was fetched, zero if it never was.
func (c *catalogue) when() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.fetched
}

// warm begins to fetch a list that is old, and waits for the first one.
func (c *catalogue) warm(ctx context.Context) {
	c.mu.Lock()
	first, old := c.ids == nil, time.Since(c.fetched) > catalogueLife
	if old && c.fetching == nil {
		c.fetching = make(chan struct{})
		go func() {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 4*catalogueWait)
			defer cancel()
			c.renew(ctx)
			c.mu.Lock()
			close(c.fetching)
			c.fetching = nil
			c.mu.Unlock()
		}()
	}
	wait := c.fetching
	c.mu.Unlock()
	if !first || wait == nil {
		return
	}
	select {
	case <-wait:
	case <-time.After(catalogueWait):
	case <-ctx.Done():
	}
}

// renew fetches the list now. A list that cannot be had leaves the old one, for a while.
func (c *catalogue) renew(ctx context.Context) error {
	ids, err := c.fetch(ctx)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fetched = time.Now().Round(0) // the vendor's list ages also while this machine sleeps
	if err == nil {
		c.ids = ids
	}
	return err
}

// match finds the model to ask for: the very name; else of its family the same version, then the same
// major version, then any, the highest each time. It never leaves a family. What is not found, or is
// none of Claude's families, keeps its name, and a Claude's its short form.
func (c *catalogue) match(name string) string {
	ids := c.list()
	if _, found := slices.BinarySearch(ids, name); found {
		return name
	}
	want, ok := versionOf(name)
	if !ok {
		return name
	}
	best, rank := want.String(), 0
	var highest claudeName
	for _, id := range ids {
		have, ok := versionOf(id)
		if !ok || have.family != want.family {
			continue
		}
		r := 1
		switch {
		case have == want:
			r = 3
		case have.major == want.major:
			r = 2
		}
		if r > rank || r == rank && highest.below(have) {
			best, rank, highest = id, r, have
		}
	}
	return best
}

// claudeName is what a Claude's name says.
type claudeName struct {
	family       string
	major, minor int
}

func (v claudeName) below(other claudeName) bool {
	return v.major < other.major || v.major == other.major && v.minor < other.minor
}

// String is the short form: "claude-opus-4.6", or "claude-opus-4" without a minor version.
func (v claudeName) String() string {
	if v.minor == 0 {
		return fmt.Sprintf("claude-%s-%d", v.family, v.major)
	}
	return fmt.Sprintf("claude-%s-%d.%d", v.family, v.major, v.minor)
}

// The forms that Claude's names have had: the family before the version, and in old ones behind it. A
// date may follow.
var (
	newName = regexp.MustCompile(`^claude-(opus|sonnet|haiku)-(\d{1,2})(?:[-.](\d{1,2}))?(?:-\d{8})?(?:-latest)?$`)
	oldName = regexp.MustCompile(`^claude-(\d{1,2})(?:[-.](\d{1,2}))?-(opus|sonnet|haiku)(?:-\d{8})?(?:-latest)?$`)
)

func versionOf(name string) (v claudeName, ok bool) {
	name = strings.ToLower(name)
	if m := newName.FindStringSubmatch(name); m != nil {
		v = claudeName{family: m[1], major: number(m[2]), minor: number(m[3])}
		return v, true
	}
	if m := oldName.FindStringSubmatch(name); m != nil {
		v = claudeName{family: m[3], major: number(m[1]), minor: number(m[2])}
		return v, true
	}
	return v, false
}

// number reads digits that a pattern has bounded; "" is 0.
func number(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}
