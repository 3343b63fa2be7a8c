package gemini

import (
	"encoding/json"
	"strings"
	"testing"

	"afterglow/proxy/nesting"
)

const anyType = `{"anyOf":[{"type":"string"},{"type":"number"},{"type":"boolean"},{"type":"object"},{"type":"array","items":{"type":"string"}}]}`

func TestSchemaKeywords(t *testing.T) {
	for name, tc := range map[string]struct {
		schema, want string
		lossy        bool
	}{
		"order and known words":      {`{"type":"object","title":"T","properties":{"z":{"type":"string"},"a":{"type":"integer"}},"required":["z","z","gone"],"minProperties":1}`, `{"type":"object","title":"T","minProperties":1,"properties":{"z":{"type":"string"},"a":{"type":"integer"}},"required":["z"]}`, false},
		"unknown to the API":         {p(`{"$schema":"s","$id":"i","$comment":"c","type":"string","additionalProperties":false,"examples":["x"],"readOnly":true}`), p(`{"type":"string"}`), false},
		"lost":                       {p(`{"type":"string","contentEncoding":"base64"}`), p(`{"type":"string"}`), true},
		"a schema for more":          {`{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":{"type":"string"}}`, `{"type":"object","properties":{"a":{"type":"string"}}}`, true},
		"const":                      {p(`{"const":"x"}`), p(`{"type":"string","enum":["x"]}`), false},
		"const number":               {p(`{"const":3}`), p(`{"type":"number","description":"One of: 3."}`), false},
		"enum":                       {p(`{"enum":["a","b",null]}`), p(`{"type":"string","nullable":true,"enum":["a","b"]}`), false},
		"enum of integers":           {p(`{"type":"integer","description":"D.","enum":[1,2]}`), p(`{"type":"integer","description":"D. One of: 1, 2."}`), false},
		"an empty text in the enum":  {p(`{"type":"string","enum":["","b"]}`), p(`{"type":"string","enum":["b"]}`), true},
		"mixed enum":                 {p(`{"enum":["a",1]}`), p(`{"type":"string","enum":["a","1"]}`), true},
		"nullable":                   {p(`{"type":["string","null"],"maxLength":3}`), p(`{"type":"string","nullable":true,"maxLength":3}`), false},
		"two types":                  {p(`{"type":["string","array"],"items":{"type":"number"},"maxLength":3,"maxItems":4}`), p(`{"anyOf":[{"type":"string","maxLength":3},{"type":"array","maxItems":4,"items":{"type":"number"}}]}`), false},
		"any type":                   {p(`{"description":"D"}`), p(`{"anyOf":[{"type":"string","description":"D"},{"type":"number"},{"type":"boolean"},{"type":"object"},{"type":"array","items":{"type":"string"}}]}`), false},
		"true":                       {p(`true`), p(anyType), false},
		"false":                      {p(`false`), p(anyType), true},
		"array of anything":          {p(`{"type":"array"}`), p(`{"type":"array","items":` + anyType + `}`), false},
		"tuple":                      {p(`{"type":"array","prefixItems":[{"type":"string"},{"type":"number"}],"items":false}`), p(`{"type":"array","items":{"anyOf":[{"type":"string"},{"type":"number"}]}}`), true},
		"object of anything":         {p(`{"type":"object","additionalProperties":true}`), p(`{"type":"object"}`), false},
		"formats":                    {p(`{"type":"string","format":"date-time"}`), p(`{"type":"string","format":"date-time"}`), false},
		"other formats":              {p(`{"type":"string","format":"uri"}`), p(`{"type":"string","description":"Format: uri."}`), false},
		"format of another type":     {p(`{"type":"integer","format":"date-time"}`), p(`{"type":"integer","description":"Format: date-time."}`), false},
		"limits of integers":         {p(`{"type":"integer","exclusiveMinimum":0,"exclusiveMaximum":10}`), p(`{"type":"integer","minimum":1,"maximum":9}`), false},
		"limits of numbers":          {p(`{"type":"number","exclusiveMinimum":0.5,"maximum":1e3,"multipleOf":0.5}`), p(`{"type":"number","description":"A multiple of 0.5. More than 0.5.","maximum":1e3}`), false},
		"limits as an old draft":     {p(`{"type":"number","minimum":1,"exclusiveMinimum":true}`), p(`{"type":"number","minimum":1}`), true},
		"limits of another type":     {p(`{"type":"string","minimum":1,"minItems":2,"minLength":-1}`), p(`{"type":"string"}`), true},
		"unique":                     {p(`{"type":"array","items":{"type":"string"},"uniqueItems":true}`), p(`{"type":"array","description":"No item twice.","items":{"type":"string"}}`), false},
		"default and example":        {p(`{"type":"boolean","default":false,"example":true}`), p(`{"type":"boolean","default":false,"example":true}`), false},
		"anyOf":                      {p(`{"description":"D","anyOf":[{"type":"string"},{"type":"integer"}]}`), p(`{"anyOf":[{"type":"string","description":"D"},{"type":"integer"}]}`), false},
		"anyOf with null":            {p(`{"description":"D","default":null,"anyOf":[{"type":"string","description":"E"},{"type":"null"}]}`), p(`{"type":"string","nullable":true,"description":"D E"}`), false},
		"oneOf of choices":           {p(`{"oneOf":[{"const":"a"},{"oneOf":[{"type":"number"},{"type":"boolean"}]}]}`), p(`{"anyOf":[{"type":"string","enum":["a"]},{"type":"number"},{"type":"boolean"}]}`), false},
		"a choice beside properties": {`{"type":"object","properties":{"a":{"type":"string"}},"anyOf":[{"required":["a"]}]}`, `{"type":"object","properties":{"a":{"type":"string"}}}`, true},
		"allOf":                      {`{"type":"object","allOf":[{"properties":{"a":{"type":"string"}},"required":["a"]},{"properties":{"a":{"type":"number"},"b":{"type":"number"}},"required":["b"]}]}`, `{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"number"}},"required":["a","b"]}`, false},
		"$ref":                       {`{"type":"object","properties":{"a":{"$ref":"#/$defs/A~1B","description":"D"},"b":{"$ref":"#/properties/a"}},"$defs":{"A/B":{"type":"string","description":"E"}}}`, `{"type":"object","properties":{"a":{"type":"string","description":"D"},"b":{"type":"string","description":"D"}}}`, false},
		"$ref to nowhere":            {p(`{"$ref":"#/$defs/X"}`), p(anyType), true},
		"$ref to elsewhere":          {p(`{"type":"string","$ref":"http://h/s"}`), p(`{"type":"string"}`), true},
		"an odd type":                {p(`{"type":"file"}`), p(anyType), true},
		"upper case":                 {`{"type":"OBJECT","properties":{"v":{"type":"STRING"}}}`, p(`{"type":"string"}`), false},
	} {
		got, lossy := cleanSchema(json.RawMessage(tc.schema))
		if string(got) != tc.want || lossy != tc.lossy {
			t.Errorf("%s:\n got %s %v\nwant %s %v", name, got, lossy, tc.want, tc.lossy)
		}
	}
}

// p is the schema of an object with the property v.
func p(schema string) string { return `{"type":"object","properties":{"v":` + schema + `}}` }

func TestSchemaOfNoParameters(t *testing.T) {
	for schema, wantLossy := range map[string]bool{``: false, `null`: false, `{"type":"object"}`: false, `{"type":"object","properties":{}}`: false, `"x"`: false, `false`: true} {
		if got, lossy := cleanSchema(json.RawMessage(schema)); got != nil || lossy != wantLossy {
			t.Errorf("%s: %s %v", schema, got, lossy)
		}
	}
}

// A schema that goes round, or that multiplies, has an end.
func TestSchemaWithoutEnd(t *testing.T) {
	tree := `{"$ref":"#/$defs/T","$defs":{"T":{"type":"object","properties":{"name":{"type":"string"},"kids":{"type":"array","items":{"$ref":"#/$defs/T"}}}}}}`
	got, lossy := cleanSchema(json.RawMessage(tree))
	inner := `{"type":"object","properties":{"name":{"type":"string"},"kids":{"type":"array","items":{"type":"object"}}}}`
	if want := `{"type":"object","properties":{"name":{"type":"string"},"kids":{"type":"array","items":` + inner + `}}}`; string(got) != want || !lossy {
		t.Errorf("%s %v", got, lossy)
	}
	var defs []string
	for _, at := range "abcdefghijklmnopqrst" {
		next := `"#/$defs/` + string(at+1) + `"`
		defs = append(defs, `"`+string(at)+`":{"type":"object","properties":{"x":{"$ref":`+next+`},"y":{"$ref":`+next+`}}}`)
	}
	got, lossy = cleanSchema(json.RawMessage(`{"$ref":"#/$defs/a","$defs":{` + strings.Join(defs, ",") + `}}`))
	if !lossy || len(got) > 200_000 || !nesting.ValidBytes(got) {
		t.Errorf("%v, %d bytes", lossy, len(got))
	}
	deep := strings.Repeat(`{"type":"array","items":`, 200) + `{"type":"string"}` + strings.Repeat(`}`, 200)
	if got, lossy := cleanSchema(json.RawMessage(p(deep))); !lossy || strings.Count(string(got), "items") > mostNested {
		t.Errorf("%v %s", lossy, got)
	}
	for _, loop := range []string{`{"$ref":"#"}`, `{"allOf":[{"$ref":"#"}]}`, `{"anyOf":[{"$ref":"#"},{"$ref":"#"}]}`} {
		if got, _ := cleanSchema(json.RawMessage(loop)); !nesting.ValidBytes(got) {
			t.Errorf("%s: %s", loop, got)
		}
	}
}
