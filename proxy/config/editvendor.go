package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"afterglow/proxy/reason"
)

// WithVendor is the file with a vendor as a draft has it: the one of a name, or with "" a new one. A value that is the
// file's or the preset's already is not written, and what the draft does not hold stays.
func (f File) WithVendor(name string, want Draft) (File, error) {
	if why := nameProblem(want.Name); why.Words != "" {
		return f, f.wrong(Problem{Key: "vendors.name", Reason: why})
	}
	all, err := f.Drafts()
	if err != nil {
		return f, err
	}
	if err := f.mayBe(all, name, want); err != nil {
		return f, err
	}
	if was, ok := all.Draft(name); ok && was.Title == was.Name && want.Title == was.Title {
		want.Title = "" // it follows the name
	}
	next, err := f.begun().edit(func(d *document) error {
		e := vendorEdit{document: d, getenv: f.getenv, all: all}
		return e.vendor(name, want, f.empty())
	})
	if err != nil {
		return f, err
	}
	return next, next.became(want)
}

// mayBe reports why a draft cannot be the vendor of a name.
func (f File) mayBe(all Drafts, name string, want Draft) error {
	_, there := all.Draft(want.Name)
	_, known := all.Draft(name)
	_, preset := all.Preset(name)
	own, err := builtIn()
	if err != nil {
		return err
	}
	_, builtin := presetNamed(own.Vendors, want.Name)
	switch {
	case name != "" && !known && !preset:
		return f.wrong(noVendor(name))
	case want.Name != name && there:
		return f.wrong(Problem{Key: "vendors.name", Reason: reason.New(reason.NameTaken, want.Name,
			"another vendor is already named %q. Choose another name", want.Name)})
	case builtin && want.Preset != want.Name:
		return f.wrong(Problem{Key: "vendors.name", Reason: reason.New(reason.NameBuiltIn, want.Name,
			"%q is the name of a built-in vendor. Choose another name", want.Name)})
	}
	return nil
}

// noVendor says that a vendor is gone from the file.
func noVendor(name string) Problem {
	return Problem{Key: "vendors", Reason: reason.New(reason.UnknownVendor, name, "there is no longer a vendor %q", name)}
}

// became checks that a file says of a vendor what was wanted.
func (f File) became(want Draft) error {
	all, err := f.Drafts()
	if err != nil {
		return err
	}
	got, _ := all.Draft(want.Name)
	if p, ok := all.Preset(want.Name); ok {
		got = p
	}
	if what := got.differs(want); what != "" {
		return f.wrong(problem(fmt.Sprintf("vendors %q.%s", want.Name, what), "this value cannot be set in a row that is based on the built-in vendor %q", got.Preset))
	}
	return nil
}

// differs names a key in which a draft is not as wanted, "" if there is none.
func (d Draft) differs(want Draft) string {
	switch {
	case d.Title != want.Title && want.Title != "":
		return "title"
	case d.Dialect != want.Dialect:
		return "dialect"
	case d.BaseURL != want.BaseURL && want.BaseURL != "" && !strings.Contains(want.BaseURL, "$"):
		return "base_url"
	case d.Auth != want.Auth:
		return "auth"
	case d.Key != want.Key && !(d.Auth == AuthCopilot || d.Auth == AuthGoogle), d.Key == KeyInVariable && d.KeyVar != want.KeyVar:
		return "key"
	case d.DefaultModel != want.DefaultModel:
		return "default_model"
	case !sameRules(d.Models, want.Models):
		return "models"
	case !sameLimit(d.Limit, want.Limit.beside(d.Limit)):
		return "limit"
	case d.Enabled != want.Enabled:
		return "tiers"
	}
	return ""
}

func sameRules(a, b []Rule) bool {
	return slices.EqualFunc(a, b, func(a, b Rule) bool { return a.Match == b.Match && a.To == b.To })
}

// WithoutVendor is the file without a vendor's row and without its name in the chain.
func (f File) WithoutVendor(name string) (File, error) {
	all, err := f.Drafts()
	if err != nil {
		return f, err
	}
	was, ok := all.Draft(name)
	if !ok {
		return f, f.wrong(noVendor(name))
	}
	return f.begun().edit(func(d *document) error {
		e := vendorEdit{document: d, getenv: f.getenv, all: all}
		was.Enabled = false
		if was.Written {
			if err := d.inline("vendors"); err != nil {
				return err
			}
			row, err := e.row(name)
			if err == nil {
				err = d.removeTable(row)
			}
			if err != nil {
				return err
			}
		}
		return e.chain(name, was, f.empty())
	})
}

// vendorEdit changes one vendor of a text.
type vendorEdit struct {
	*document
	getenv func(string) string
	all    Drafts // as they were
}

func (e *vendorEdit) vendor(name string, want Draft, empty bool) error {
	was, ok := e.all.Draft(name)
	if !ok {
		was, ok = e.all.Preset(cmp.Or(name, want.Name))
	}
	same := ok && was.Name == want.Name && was.differs(Draft{
		want.Name, want.Preset, want.Title, want.Dialect, want.BaseURL, want.Auth, want.Key, want.KeyVar,
		want.DefaultModel, want.OwnModels, want.Models, want.Limit, was.Enabled, false, "", "",
	}) == ""
	if was.Written || !same {
		if err := e.inline("vendors"); err != nil {
			return err
		}
		if err := e.begin(name, was, want); err != nil {
			return err
		}
		if err := e.fields(want); err != nil {
			return err
		}
	}
	return e.chain(name, want, empty)
}

// begin makes the row that is to be written, with its name and preset.
func (e *vendorEdit) begin(name string, was, want Draft) error {
	if !was.Written {
		if err := e.addRow(want); err != nil {
			return err
		}
		if name == "" || name == want.Name {
			return nil
		}
		return e.rename(name, want.Name)
	}
	row, err := e.row(name)
	if err != nil {
		return err
	}
	if was.Name != want.Name {
		f, _ := e.find(row, "name")
		if err := e.splice(f.pair.value.span, quotedAs(e.text, f.pair.value, want.Name)); err != nil {
			return err
		}
		if err := e.rename(name, want.Name); err != nil {
			return err
		}
	}
	if row, err = e.row(want.Name); err != nil {
		return err
	}
	implicit := "" // the preset that the name alone stands for
	if want.Preset == want.Name {
		implicit = want.Name
	}
	return e.setText(row, "preset", want.Preset, implicit)
}

// addRow adds a row behind the last one.
func (e *vendorEdit) addRow(want Draft) error {
	nl := e.newline()
	text := "[[vendors]]" + nl + "name = " + quoted(want.Name) + nl
	if want.Preset != "" && want.Preset != want.Name {
		text += "preset = " + quoted(want.Preset) + nl
	}
	at := len(e.text)
	if rows := e.tables("vendors"); len(rows) > 0 {
		at = e.below(e.lineEnd(e.sectionEnd(rows[len(rows)-1].end - 1)))
	}
	before := e.text[:at]
	switch {
	case before != "" && !strings.HasSuffix(before, "\n"):
		text = nl + nl + strings.TrimSuffix(text, nl)
	case before != "":
		text = nl + text
	}
	return e.splice(span{at, at}, text)
}

// row finds a vendor's.
func (e *vendorEdit) row(name string) (table, error) {
	for _, t := range e.tables("vendors") {
		if f, ok := e.find(t, "name"); ok && f.pair.value.str == name {
			return t, nil
		}
	}
	return table{}, fmt.Errorf("vendors: no [[vendors]] row of %q was found", name)
}

// fields writes what a row does not say yet.
func (e *vendorEdit) fields(want Draft) error {
	own, err := builtIn()
	if err != nil {
		return err
	}
	now, _, err := e.now(want.Name, own.Vendors)
	if err != nil {
		return err
	}
	bare := vendorFile{Name: want.Name} // the row, had it said nothing
	if want.Preset != "" {
		bare.Preset = &want.Preset
	}
	above := draftOf(bare, own.Vendors, e.getenv)
	for _, field := range []struct{ key, now, want, above string }{
		{"title", now.Title, cmp.Or(want.Title, above.Title), above.Title},
		{"dialect", now.Dialect, want.Dialect, above.Dialect},
		{"base_url", now.BaseURL, cmp.Or(want.BaseURL, above.BaseURL), above.BaseURL},
		{"auth", string(now.Auth), string(want.Auth), string(above.Auth)},
		{"key", now.keyText(), want.keyText(), above.keyText()},
		{"default_model", now.DefaultModel, want.DefaultModel, above.DefaultModel},
	} {
		if field.now == field.want {
			continue
		}
		row, err := e.row(want.Name)
		if err == nil {
			err = e.setText(row, field.key, field.want, field.above)
		}
		if err != nil {
			return err
		}
	}
	if err := e.withoutClientKeys(want); err != nil {
		return err
	}
	if !sameRules(now.Models, want.Models) {
		if err := e.models(want, above.Models); err != nil {
			return err
		}
	}
	return e.limit(want, now.Limit, above.Limit)
}

// withoutClientKeys takes out what is said of the client's keys where the vendor gets none any more.
func (e *vendorEdit) withoutClientKeys(want Draft) error {
	row, err := e.row(want.Name)
	if err != nil || want.Auth == AuthClient {
		return err
	}
	if _, ok := e.find(row, "client_keys"); !ok {
		return nil
	}
	return e.remove(row, "client_keys")
}

// now is what the text says of a vendor at this moment.
func (e *vendorEdit) now(name string, builtin []vendorFile) (Draft, vendorFile, error) {
	f, err := decode(e.text)
	if err != nil {
		return Draft{}, vendorFile{}, err
	}
	i := slices.IndexFunc(f.Vendors, func(r vendorFile) bool { return r.Name == name })
	if i < 0 {
		return Draft{}, vendorFile{}, fmt.Errorf("vendors: no row of %q", name)
	}
	return draftOf(f.Vendors[i], builtin, e.getenv), f.Vendors[i], nil
}

// setText writes a key's text; what would be said above the row anyway needs no key, but a line with a comment stays.
func (e *vendorEdit) setText(row table, key, want, above string) error {
	f, ok := e.find(row, key)
	if want == above && (!ok || want == "" || !e.commented(f.pair)) {
		return e.remove(row, key)
	}
	return e.set(row, []string{key}, quotedAs(e.text, f.pair.value, want))
}

// quotedAs is a text as a TOML string, between apostrophes where it was and can be.
func quotedAs(text string, was value, want string) string {
	if was.to-was.from >= 2 && text[was.from] == '\'' && !strings.HasPrefix(text[was.from:], "'''") &&
		!strings.ContainsFunc(want, func(r rune) bool { return r == '\'' || r < ' ' || r == 0x7f }) {
		return "'" + want + "'"
	}
	return quoted(want)
}

// keyText is a row's key, "" for none. One that is written in the file has no text: it is not shown, and stays.
func (d Draft) keyText() string {
	switch d.Key {
	case KeyInVariable:
		return "${" + d.KeyVar + "}"
	case KeyInKeyring:
		return "keyring"
	case KeyInFile:
		return "\x00"
	}
	return ""
}

// chain puts a vendor into the tiers or takes it out, if it is not as wanted.
func (e *vendorEdit) chain(name string, want Draft, empty bool) error {
	tiers := slices.Clone(e.all.Tiers)
	for i := range tiers {
		tiers[i] = slices.Clone(tiers[i])
		for k, n := range tiers[i] {
			if n == name && name != "" {
				tiers[i][k] = want.Name
			}
		}
	}
	f, err := decode(e.text)
	if err != nil {
		return err
	}
	now, err := tiersOf(f, e.getenv)
	if err != nil {
		return err
	}
	has := slices.Contains(slices.Concat(now...), want.Name)
	if has == want.Enabled && (f.Tiers != nil || slices.EqualFunc(now, tiers, slices.Equal) || !empty && want.Enabled) {
		return nil
	}
	comment := ""
	if empty {
		comment = firstChain
	}
	was := slices.Contains(slices.Concat(tiers...), want.Name)
	if want.Enabled && !was {
		tiers = with(tiers, want.Name, func(n string) bool {
			d, _ := e.all.Draft(n)
			return d.Auth == AuthClient
		})
	}
	if !want.Enabled {
		tiers = without(tiers, want.Name)
	}
	return e.setTiers(tiers, comment)
}
