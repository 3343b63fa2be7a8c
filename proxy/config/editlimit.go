package config

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"afterglow/limiter"
)

// beside fills what a wanted limit leaves open, from what there is: 0 for Max, MaxPending and MaxWait.
func (l Limit) beside(now Limit) Limit {
	if l.Max == 0 {
		l.Max = now.Max
	}
	if l.MaxPending == 0 {
		l.MaxPending = now.MaxPending
	}
	if l.MaxWait == 0 {
		l.MaxWait = now.MaxWait
	}
	return l
}

// none reports whether calls are only counted.
func (l Limit) none() bool { return l.Default == 0 && l.Total == 0 && len(l.Models) == 0 }

// sameLimit compares what is in force: where nothing is limited, the rest says nothing.
func sameLimit(a, b Limit) bool {
	if a.none() && b.none() {
		return true
	}
	return a.Default == b.Default && a.Total == b.Total && a.Max == b.Max && a.MaxPending == b.MaxPending &&
		a.MaxWait == b.MaxWait && a.Overflow == b.Overflow &&
		a.Adaptive == b.Adaptive && a.Fair == b.Fair && maps.Equal(a.Models, b.Models)
}

// limit writes a row's limits.
func (e *vendorEdit) limit(draft Draft, now, above Limit) error {
	want := draft.Limit.beside(now)
	if sameLimit(want, now) {
		return nil
	}
	own, err := builtIn()
	if err != nil {
		return err
	}
	_, written, err := e.now(draft.Name, own.Vendors)
	if err != nil {
		return err
	}
	base := now
	if written.Limit == nil { // the table that comes replaces the preset's whole
		base = Limit{Max: limiter.DefaultMax, MaxPending: limiter.DefaultMaxPending, MaxWait: defaultMaxWait}
		want = draft.Limit.beside(base)
	}
	for _, m := range membersOf(want, base) {
		if err := e.limitMember(draft.Name, m); err != nil {
			return err
		}
	}
	row, err := e.row(draft.Name)
	if err != nil {
		return err
	}
	f, inline := e.find(row, "limit")
	switch {
	case inline && len(f.pair.value.pairs) == 0 && above.none() && !e.commented(f.pair), inline && sameLimit(want, above) && e.plainLimit(f.pair):
		return e.remove(row, "limit")
	case want.none() && !above.none() && !inline && !e.limitSection(row):
		return e.set(row, []string{"limit"}, "{}")
	}
	return nil
}

// plainLimit reports whether a table has nothing but what a draft knows, and no comment.
func (e *vendorEdit) plainLimit(p pair) bool {
	known := []string{"default", "models", "total", "max", "max_pending", "max_wait", "overflow", "adaptive", "fair"}
	return !e.commented(p) && !e.inner(p.value.span) &&
		!slices.ContainsFunc(p.value.pairs, func(m pair) bool { return !slices.Contains(known, m.key[0]) })
}

func (e *vendorEdit) limitSection(row table) bool {
	for i := row.first + 1; i < row.end; i++ {
		if len(e.sections[i].name) > 1 && e.sections[i].name[1] == "limit" {
			return true
		}
	}
	return false
}

// limitKey is a key of a limit table that is not as wanted; text "" takes it out.
type limitKey struct {
	path []string
	text string
}

// membersOf are the keys in which a limit differs from what is written.
func membersOf(want, now Limit) (list []limitKey) {
	number := func(n, none int, path ...string) limitKey {
		if n == none {
			return limitKey{path, ""}
		}
		return limitKey{path, strconv.Itoa(n)}
	}
	if want.none() { // nothing else may stand there then
		want = Limit{Max: limiter.DefaultMax, MaxPending: limiter.DefaultMaxPending, MaxWait: defaultMaxWait}
	}
	if want.Default != now.Default {
		list = append(list, number(want.Default, 0, "default"))
	}
	if want.Total != now.Total {
		list = append(list, number(want.Total, 0, "total"))
	}
	if want.Max != now.Max {
		list = append(list, number(want.Max, limiter.DefaultMax, "max"))
	}
	if want.MaxPending != now.MaxPending {
		list = append(list, number(want.MaxPending, limiter.DefaultMaxPending, "max_pending"))
	}
	if want.MaxWait != now.MaxWait {
		k := limitKey{[]string{"max_wait"}, quoted(shortDuration(want.MaxWait))}
		if want.MaxWait == defaultMaxWait {
			k.text = ""
		}
		list = append(list, k)
	}
	if want.Overflow != now.Overflow {
		k := limitKey{[]string{"overflow"}, ""}
		if want.Overflow {
			k.text = `"next"`
		}
		list = append(list, k)
	}
	on := func(want, now bool, key string) {
		if want == now {
			return
		}
		k := limitKey{[]string{key}, ""}
		if want {
			k.text = "true"
		}
		list = append(list, k)
	}
	on(want.Adaptive, now.Adaptive, "adaptive")
	on(want.Fair, now.Fair, "fair")
	for _, model := range slices.Sorted(maps.Keys(now.Models)) {
		if _, stays := want.Models[model]; !stays {
			list = append(list, limitKey{[]string{"models", model}, ""})
		}
	}
	for _, model := range slices.Sorted(maps.Keys(want.Models)) {
		if want.Models[model] != now.Models[model] {
			list = append(list, number(want.Models[model], 0, "models", model))
		}
	}
	return list
}

func (e *vendorEdit) limitMember(name string, m limitKey) error {
	row, err := e.row(name)
	if err != nil {
		return err
	}
	path := append([]string{"limit"}, m.path...)
	if m.text != "" {
		return e.set(row, path, m.text)
	}
	if err := e.remove(row, path...); err != nil {
		return err
	}
	if f, ok := e.find(row, "limit", "models"); ok && len(f.pair.value.pairs) == 0 && len(m.path) == 2 {
		if row, err = e.row(name); err != nil {
			return err
		}
		return e.remove(row, "limit", "models")
	}
	return nil
}

// shortDuration is a duration as people write it.
func shortDuration(d time.Duration) string {
	text := d.String()
	for _, zero := range []string{"m0s", "h0m"} {
		if n := len(text) - len(zero) + 1; n > 0 && text[n-1:] == zero {
			text = text[:n]
		}
	}
	return text
}
