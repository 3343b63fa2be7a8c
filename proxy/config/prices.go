package config

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"afterglow/assets"
	"afterglow/proxy/price"
	"afterglow/proxy/reason"
)

// priceFile is a row of a price list: what a million tokens cost.
type priceFile struct {
	// the name of the vendor
	// Default: required
	Vendor string `toml:"vendor"`
	// the vendor model; `*` matches any text
	// Default: required
	Model string `toml:"model"`
	// `"$"` or `"¥"`. A price can contain the sign itself, such as `"¥0.8"`. A row has only one currency
	// Default: "$"
	Currency *string `toml:"currency"`
	// a number, or text with or without a sign
	// Default: required
	Input *amount `toml:"input"`
	// a number, or text with or without a sign. Thinking counts as output
	// Default: required
	Output *amount `toml:"output"`
	// tokens read from the vendor's cache
	// Default: the price of `input`
	CacheRead *amount `toml:"cache_read"`
	// tokens written to the cache
	// Default: the price of `input`
	CacheWrite *amount `toml:"cache_write"`
	// tokens written to the cache for one hour
	// Default: the price of `cache_write`
	CacheWrite1h *amount `toml:"cache_write_1h"`
	// the row holds for prompts with more tokens than this; a model can have several such rows
	// Default: 0
	Beyond int64 `toml:"beyond"`
}

// amount is written as a number, or as a text such as "$5" or "¥0.8".
type amount struct {
	value float64
	sign  price.Currency // "" = not given
}

// UnmarshalTOML implements toml.Unmarshaler.
func (a *amount) UnmarshalTOML(v any) error {
	switch v := v.(type) {
	case int64:
		a.value = float64(v)
		return nil
	case float64:
		a.value = v
		return nil
	case string:
		digits := v
		for sign, currency := range signs {
			if rest, found := strings.CutPrefix(v, sign); found {
				a.sign, digits = currency, rest
			}
		}
		value, err := strconv.ParseFloat(strings.TrimSpace(digits), 64)
		if a.value = value; err == nil {
			return nil
		}
	}
	return errors.New(`expected the price of one million tokens, such as 5, "$5" or "¥0.8"`)
}

// signs are how currencies are written.
var signs = map[string]price.Currency{"$": price.Dollar, "¥": price.Yuan, "￥": price.Yuan}

// prices makes the price list: the configuration's own rows, before those that are built in. A vendor that
// started from a built-in one has its prices.
func (c *checker) prices(rows []priceFile, conf *Config) {
	f, err := builtInPrices()
	if err != nil {
		c.problems = append(c.problems, err)
		return
	}
	conf.PricesDate = f.Date
	builtin := c.priceRows("built-in prices", f.Prices)
	for i := range builtin {
		builtin[i].From = f.Date + " " + builtin[i].Vendor
	}
	for _, v := range conf.Vendors {
		for _, row := range builtin {
			if v.Preset == row.Vendor && v.Name != row.Vendor {
				row.Vendor = v.Name
				builtin = append(builtin, row)
			}
		}
	}
	own := c.priceRows("prices", rows)
	for i := range own {
		own[i].From = "configuration"
	}
	conf.Prices = price.Make(own, builtin)
}

func (c *checker) priceRows(list string, rows []priceFile) []price.Row {
	var checked []price.Row
	for i, row := range rows {
		key := fmt.Sprintf("%s[%d]", list, i)
		if row.Vendor == "" {
			c.problem(key+".vendor", "expected a vendor name")
			continue
		}
		if row.Model == "" {
			c.problem(key+".model", `expected the name of a vendor model; "*" matches any text`)
			continue
		}
		key = fmt.Sprintf("%s %q", key, row.Vendor+"/"+row.Model)
		r := price.Row{Key: price.Key{Vendor: row.Vendor, Model: row.Model}, Price: c.price(key, row)}
		if slices.ContainsFunc(checked, func(other price.Row) bool { return other.Key == r.Key && other.Beyond == r.Beyond }) {
			c.wrong(key, reason.New(reason.GivenTwice, row.Vendor+"/"+row.Model, "this model is listed twice"))
		}
		checked = append(checked, r)
	}
	return checked
}

// price checks one row. Without any sign the currency is the dollar.
func (c *checker) price(key string, row priceFile) price.Price {
	currency := price.Currency("")
	if row.Currency != nil {
		if currency = signs[*row.Currency]; currency == "" {
			c.problem(key+".currency", `expected "$" or "¥", got %q`, *row.Currency)
		}
	}
	amounts := []struct {
		name  string
		given *amount
	}{{"input", row.Input}, {"output", row.Output}, {"cache_read", row.CacheRead}, {"cache_write", row.CacheWrite}, {"cache_write_1h", row.CacheWrite1h}}
	for i, a := range amounts {
		if a.given == nil {
			if i < 2 {
				c.problem(key+"."+a.name, "expected the price of one million tokens")
			}
			continue
		}
		if !(a.given.value >= 0 && a.given.value <= highestPrice) { // NaN is neither
			c.outside(key+"."+a.name, 0, highestPrice, a.given.value)
		}
		if a.given.sign == "" {
			continue
		}
		if currency != "" && currency != a.given.sign {
			c.problem(key+"."+a.name, "expected %s like the other prices of this row, got %s: a row has one currency", currency, a.given.sign)
		}
		currency = cmp.Or(currency, a.given.sign)
	}
	if row.Beyond < 0 || row.Beyond > longestPrompt {
		c.outside(key+".beyond", 0, longestPrompt, row.Beyond)
	}
	return price.Price{
		Beyond:   row.Beyond,
		Currency: cmp.Or(currency, price.Dollar),
		Input:    or(row.Input, amount{}).value,
		Output:   or(row.Output, amount{}).value,

		CacheRead: row.CacheRead.optional(), CacheWrite: row.CacheWrite.optional(), CacheWrite1h: row.CacheWrite1h.optional(),
	}
}

// longestPrompt, in tokens, at which a price may change.
const longestPrompt = 100_000_000

// highestPrice of a million tokens: beyond it the price of one token was meant, or something else.
const highestPrice = 100_000

func (a *amount) optional() *float64 {
	if a == nil {
		return nil
	}
	return &a.value
}

type pricesFile struct {
	Date   string      `toml:"date"`
	Prices []priceFile `toml:"prices"`
}

// builtInPrices are the prices that the program brings along.
func builtInPrices() (pricesFile, error) {
	var f pricesFile
	meta, err := toml.Decode(assets.Prices, &f)
	if unknown := meta.Undecoded(); err == nil && len(unknown) > 0 {
		err = fmt.Errorf("unknown key %s", unknown[0])
	}
	if err == nil {
		_, err = time.Parse(time.DateOnly, f.Date)
	}
	if err != nil {
		return f, fmt.Errorf("read built-in prices: %w", err)
	}
	return f, nil
}
