package config

import (
	"errors"
	"regexp"
	"slices"
)

// Drafts are the vendors that a configuration knows, as people edit them.
type Drafts struct {
	Tiers   [][]string // the chain
	Vendors []Draft    // the chain's in its order, then the rows that are not in it
	Presets []Draft    // the built-in vendors that are not among them
}

// Draft is a vendor by its name, of those that are in the chain or have a row.
func (d Drafts) Draft(name string) (Draft, bool) {
	return draftNamed(d.Vendors, name)
}

// Preset is a built-in vendor by its name, as far as it has no row and is not in the chain.
func (d Drafts) Preset(name string) (Draft, bool) {
	return draftNamed(d.Presets, name)
}

func draftNamed(list []Draft, name string) (Draft, bool) {
	if i := slices.IndexFunc(list, func(d Draft) bool { return d.Name == name }); i >= 0 {
		return list[i], true
	}
	return Draft{}, false
}

// drafts reads those of a text that can be decoded; what else is wrong with it is for Parse.
func drafts(f file, getenv func(string) string) (Drafts, error) {
	own, err := builtIn()
	if err != nil {
		return Drafts{}, err
	}
	tiers, err := tiersOf(f, getenv)
	if err != nil {
		return Drafts{}, err
	}
	all := Drafts{Tiers: tiers}
	names := slices.Concat(tiers...)
	for _, row := range f.Vendors {
		if !slices.Contains(names, row.Name) {
			names = append(names, row.Name)
		}
	}
	for _, name := range names {
		d, ok := draftIn(f, own.Vendors, name, getenv)
		if !ok {
			continue
		}
		d.Enabled = slices.Contains(slices.Concat(tiers...), name)
		d.Base = d.fingerprint()
		all.Vendors = append(all.Vendors, d)
	}
	for _, p := range own.Vendors {
		if !slices.Contains(names, p.Name) {
			d, _ := draftIn(file{}, own.Vendors, p.Name, getenv)
			d.Base = d.fingerprint()
			all.Presets = append(all.Presets, d)
		}
	}
	return all, nil
}

// tiersOf is the chain that a file makes; of one that has neither tiers nor vendors, the chain that there is without.
func tiersOf(f file, getenv func(string) string) ([][]string, error) {
	if f.Tiers != nil {
		return f.Tiers, nil
	}
	if len(f.Vendors) == 0 {
		conf, err := Default(getenv)
		return conf.Tiers, err
	}
	var tiers [][]string
	for _, row := range f.Vendors {
		tiers = append(tiers, []string{row.Name})
	}
	return tiers, nil
}

// draftIn is the vendor of a name: its row's, or a built-in one.
func draftIn(f file, builtin []vendorFile, name string, getenv func(string) string) (Draft, bool) {
	if i := slices.IndexFunc(f.Vendors, func(r vendorFile) bool { return r.Name == name }); i >= 0 {
		d := draftOf(f.Vendors[i], builtin, getenv)
		d.Written = true
		return d, true
	}
	if _, ok := presetNamed(builtin, name); ok {
		return draftOf(vendorFile{Name: name}, builtin, getenv), true
	}
	return Draft{}, false
}

var onlyVariable = regexp.MustCompile(`^\$\{([^}]*)\}$`)

// draftOf is a row over its preset. What cannot be read of it is left out.
func draftOf(row vendorFile, builtin []vendorFile, getenv func(string) string) Draft {
	c := checker{getenv: getenv}
	whole := c.preset("", row, builtin)
	v := c.vendor("", whole)
	d := Draft{
		Name: v.Name, Preset: v.Preset, Title: v.Title, Dialect: v.Dialect, BaseURL: v.BaseURL, Auth: v.Auth,
		DefaultModel: v.DefaultModel, OwnModels: v.OwnModels, Models: slices.Clone(whole.Models), Limit: v.Limit,
	}
	if len(d.Limit.Models) == 0 {
		d.Limit.Models = nil
	}
	switch key := or(whole.Key, ""); {
	case key == "" || v.SignsIn():
	case key == "keyring":
		d.Key = KeyInKeyring
	case onlyVariable.MatchString(key):
		d.Key, d.KeyVar = KeyInVariable, onlyVariable.FindStringSubmatch(key)[1]
	default:
		d.Key = KeyInFile
	}
	return d
}

// vendorIn is a vendor as it would be called, in the chain or not. The error says what is wrong with its row.
func vendorIn(f file, name string, getenv func(string) string) (Vendor, error) {
	own, err := builtIn()
	if err != nil {
		return Vendor{}, err
	}
	row := vendorFile{Name: name}
	if i := slices.IndexFunc(f.Vendors, func(r vendorFile) bool { return r.Name == name }); i >= 0 {
		row = f.Vendors[i]
	}
	c := checker{getenv: getenv}
	key := "vendors " + `"` + name + `"`
	v := c.vendor(key, c.preset(key, row, own.Vendors))
	return v, errors.Join(c.problems...)
}
