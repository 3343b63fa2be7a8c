package upstream

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestCatalogueMatchesWithinAFamily(t *testing.T) {
	ids := []string{"claude-3.5-sonnet", "claude-haiku-4.5", "claude-opus-4.5", "claude-opus-4.6", "claude-sonnet-4", "claude-sonnet-4.5", "claude-sonnet-4.6", "gpt-5.2"}
	c := catalogue{ids: ids}
	for name, want := range map[string]string{
		"gpt-5.2":                    "gpt-5.2",           // the very name
		"claude-opus-4.5":            "claude-opus-4.5",   // the very name
		"claude-opus-4-5":            "claude-opus-4.5",   // the same version
		"claude-opus-4-5-20251101":   "claude-opus-4.5",   // with a date
		"claude-sonnet-4-20250514":   "claude-sonnet-4",   // a date is no minor version
		"claude-opus-4-1":            "claude-opus-4.6",   // the same major version, the highest
		"claude-sonnet-4-9":          "claude-sonnet-4.6", // the same
		"claude-opus-5-5":            "claude-opus-4.6",   // another major version
		"claude-3-5-sonnet-20241022": "claude-3.5-sonnet", // the old form
		"claude-3-7-sonnet":          "claude-3.5-sonnet", // the same major version, in the old form
		"claude-3-5-haiku-latest":    "claude-haiku-4.5",
		"gpt-4o":                     "gpt-4o", // none of Claude's
		"claude-instant-1":           "claude-instant-1",
	} {
		if got := c.match(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	c.ids = []string{"claude-sonnet-4.6", "gpt-5.2"}
	for name, want := range map[string]string{"claude-opus-5-5-20260101": "claude-opus-5.5", "claude-opus-4-20250101": "claude-opus-4"} {
		if got := c.match(name); got != want {
			t.Errorf("without its family: %s became %s, want its short form %s", name, got, want)
		}
	}
}

// The first call waits for the list, later ones do not; an old list is used until a newer one is there,
// and a fetch that fails leaves it.
func TestCatalogueIsWarmedOnceInAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fetches := 0
		var fails error
		c := catalogue{fetch: func(context.Context) ([]string, error) {
			fetches++
			time.Sleep(time.Second)
			return []string{"m"}, fails
		}}
		start := time.Now()
		for range 3 {
			go c.warm(t.Context())
		}
		c.warm(t.Context())
		if took := time.Since(start); took != time.Second || fetches != 1 || !slices.Equal(c.list(), []string{"m"}) {
			t.Fatalf("took %v, %d fetches, %v", took, fetches, c.list())
		}
		c.warm(t.Context())
		time.Sleep(catalogueLife + time.Second)
		fails = errors.New("down")
		before := time.Now()
		c.warm(t.Context())
		if time.Since(before) != 0 || len(c.list()) != 1 {
			t.Error("an old list was not used at once")
		}
		synctest.Wait()
		time.Sleep(2 * time.Second)
		if fetches != 2 || len(c.list()) != 1 {
			t.Errorf("%d fetches, %v", fetches, c.list())
		}
	})
}

// A catalogue that does not answer holds a call up for a while only.
func TestCatalogueThatIsSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := catalogue{fetch: func(ctx context.Context) ([]string, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}}
		start := time.Now()
		c.warm(t.Context())
		if took := time.Since(start); took != catalogueWait {
			t.Errorf("held up for %v", took)
		}
		time.Sleep(time.Minute)
	})
}
