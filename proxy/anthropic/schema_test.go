package anthropic_test

import (
	"testing"

	"afterglow/proxy/anthropic"
)

func TestSchemasGetAFormThatVendorsTake(t *testing.T) {
	for schema, want := range map[string]string{
		``:                                       `{"type":"object","properties":{}}`,
		`null`:                                   `{"type":"object","properties":{}}`,
		`{}`:                                     `{"type":"object","properties":{}}`,
		`{"type":"object"}`:                      `{"type":"object","properties":{}}`,
		`{"type":"object","properties":null}`:    `{"type":"object","properties":{}}`,
		`{"properties":{"a":{"type":"string"}}}`: `{"type":"object","properties":{"a":{"type":"string"}}}`,
		`{"type":["object","null"],"properties":{}}`:                                                                      `{"type":"object","properties":{}}`,
		`{"type":"object","properties":{"a":{"type":"array"}},"required":null}`:                                           `{"type":"object","properties":{"a":{"type":"array","items":{}}}}`,
		`{"type":"object","properties":{"a":{"type":"array","items":null,"description":null}}}`:                           `{"type":"object","properties":{"a":{"type":"array","items":{}}}}`,
		`{"type":"object","properties":{"a":{"items":{"properties":{"b":{}}}}}}`:                                          `{"type":"object","properties":{"a":{"type":"array","items":{"type":"object","properties":{"b":{}}}}}}`,
		`{"type":"object","properties":{"pattern":{"type":"string","pattern":"^a$"},"required":{"type":"null"}}}`:         `{"type":"object","properties":{"pattern":{"type":"string","pattern":"^a$"},"required":{"type":"null"}}}`,
		`{"type":"object","properties":{"a":{"type":"string","default":null,"const":null}}}`:                              `{"type":"object","properties":{"a":{"type":"string","default":null,"const":null}}}`,
		`{"type":"object","properties":{"a":{"anyOf":[{"type":"array"},null]}}}`:                                          `{"type":"object","properties":{"a":{"anyOf":[{"type":"array","items":{}},{}]}}}`,
		`{ "type" : "object", "properties" : { "a" : { "type" : "array", "prefixItems" : [ { "type" : "string" } ] } } }`: `{ "type" : "object", "properties" : { "a" : { "type" : "array", "prefixItems" : [ { "type" : "string" } ] } } }`,
		`{"type":"object","$defs":{"x":{"type":"array"}},"properties":{"a":{"$ref":"#/$defs/x"}}}`:                        `{"type":"object","$defs":{"x":{"type":"array","items":{}}},"properties":{"a":{"$ref":"#/$defs/x"}}}`,
	} {
		if got, lossy := anthropic.CleanSchema([]byte(schema)); string(got) != want || lossy {
			t.Errorf("%s\n got %s, lossy %v\nwant %s", schema, got, lossy, want)
		}
	}
}

func TestWhatASchemaLosesIsTold(t *testing.T) {
	for schema, want := range map[string]string{
		`{"type":"object","properties":{"a":{"type":"string","pattern":"^[\\p{L}]+$"}}}`:                                                                       `{"type":"object","properties":{"a":{"type":"string"}}}`,
		`{"anyOf":[{"properties":{"a":{"type":"string"},"c":{}},"required":["a","c"]},{"properties":{"b":{},"c":{}},"required":["c","b"]}],"description":"d"}`: `{"type":"object","properties":{"a":{"type":"string"},"c":{},"b":{}},"description":"d","required":["c"]}`,
		`{"type":"object","properties":{"z":{}},"required":["z"],"allOf":[{"required":["z","a"]},{"properties":{"a":{}}}]}`:                                    `{"type":"object","properties":{"z":{},"a":{}},"required":["z","a"]}`,
	} {
		if got, lossy := anthropic.CleanSchema([]byte(schema)); string(got) != want || !lossy {
			t.Errorf("%s\n got %s, lossy %v\nwant %s", schema, got, lossy, want)
		}
	}
}

func TestACleanSchemaIsClean(t *testing.T) {
	for _, schema := range []string{`{"oneOf":[{"type":"array"},{"properties":{"a":{"pattern":"\\P{L}"}}}],"required":{}}`, `{"not":{},"enum":null}`, `[]`, `true`} {
		once, _ := anthropic.CleanSchema([]byte(schema))
		if twice, lossy := anthropic.CleanSchema(once); string(once) != string(twice) || lossy {
			t.Errorf("%s\n%s\n%s", schema, once, twice)
		}
	}
}
