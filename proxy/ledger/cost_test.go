package ledger

import (
	"testing"
	"time"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/price"
)

func TestAPastCostStaysWhateverTheListSaysLater(t *testing.T) {
	path := file(t)
	l := open(t, path)
	for _, pricedBy := range []string{"2026-12-01 zhipu", "2026-12-01 zhipu", ""} {
		c := Call{Time: time.Now(), Kind: "messages", Session: "s", Vendor: "z2", Served: "m", PricedBy: pricedBy, Usage: anthropic.Usage{Input: 1e6}}
		if pricedBy != "" {
			c.Cost = price.Cost{Yuan: 6, Priced: 1}
		}
		l.Record(c)
	}
	l.Close()
	l = open(t, path)
	for name, tc := range map[string]struct {
		prices price.Table
		want   price.Cost
	}{
		"no price any more": {nil, price.Cost{Yuan: 12, Priced: 2, Unpriced: 1}},
		"another price":     {price.Make([]price.Row{{Key: price.Key{Vendor: "z2", Model: "m"}, Price: price.Price{Currency: price.Yuan, Input: 1}}}), price.Cost{Yuan: 13, Priced: 3}},
	} {
		rows, err := l.Rows(t.Context(), Query{}, tc.prices)
		var sum price.Cost
		for _, r := range rows {
			sum.Add(r.Cost)
		}
		if err != nil || sum != tc.want {
			t.Errorf("%s: days %+v, want %+v, %v", name, sum, tc.want, err)
		}
		for way, read := range map[string]func() ([]Session, error){
			"by day": func() ([]Session, error) { return l.Sessions(t.Context(), Query{}, tc.prices, 9) },
			"by hours": func() ([]Session, error) {
				return l.SessionsSince(t.Context(), time.Now().Add(-time.Hour), tc.prices, 9)
			},
		} {
			if list, err := read(); err != nil || len(list) != 1 || list[0].Cost != tc.want {
				t.Errorf("%s, sessions %s: %+v %v, want %+v", name, way, list, err, tc.want)
			}
		}
	}
}
