package gemini

import "strings"

// stream makes a stream of chunks.
func stream(chunks ...string) string {
	var b strings.Builder
	for _, c := range chunks {
		b.WriteString("data: " + c + "\n\n")
	}
	return b.String()
}

// parts is a chunk of an answer, without usage.
func parts(list string) string {
	return `{"candidates":[{"content":{"role":"model","parts":[` + list + `]},"index":0}],"modelVersion":"gemini-x","responseId":"r1"}`
}

// last is an answer's last chunk.
func last(reason string) string {
	return `{"candidates":[{"finishReason":"` + reason + `","index":0}],"usageMetadata":{"promptTokenCount":100,"cachedContentTokenCount":80,"candidatesTokenCount":7,"thoughtsTokenCount":5,"toolUsePromptTokenCount":2},"modelVersion":"gemini-x","responseId":"r1"}`
}

const (
	begin    = `{"type":"message_start","message":{"id":"r1","type":"message","role":"assistant","model":"m","vendor_model":"gemini-x","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":0,"output_tokens":0}}}`
	whole    = `"usage":{"input_tokens":22,"cache_read_input_tokens":80,"output_tokens":12,"output_tokens_details":{"thinking_tokens":5}}`
	stopLine = `{"type":"message_stop"}`
)

func delta(reason string) string {
	return `{"type":"message_delta","delta":{"stop_reason":"` + reason + `","stop_sequence":null},` + whole + `}`
}

func block(n, kind, deltas string) string {
	start := `{"type":"content_block_start","index":` + n + `,"content_block":` + kind + "}\n"
	for d := range strings.SplitSeq(deltas, "\n") {
		if d != "" {
			start += `{"type":"content_block_delta","index":` + n + `,"delta":` + d + "}\n"
		}
	}
	return start + `{"type":"content_block_stop","index":` + n + "}"
}

const (
	textStart  = `{"type":"text","text":""}`
	thinkStart = `{"type":"thinking","thinking":"","signature":""}`
)

func textDelta(s string) string  { return `{"type":"text_delta","text":"` + s + `"}` }
func thinkDelta(s string) string { return `{"type":"thinking_delta","thinking":"` + s + `"}` }
func signDelta(s string) string  { return `{"type":"signature_delta","signature":"` + s + `"}` }
func call(id, name string) string {
	return `{"type":"tool_use","id":"` + id + `","name":"` + name + `","input":{}}`
}
func inputDelta(s string) string {
	return `{"type":"input_json_delta","partial_json":"` + strings.ReplaceAll(s, `"`, `\"`) + `"}`
}

func answers() map[string]struct {
	chunks []string
	want   []string
} {
	type answer = struct{ chunks, want []string }
	return map[string]answer{
		"text": {
			[]string{parts(`{"text":"Hello "}`), parts(`{"text":"你 & <b>"}`), last("STOP")},
			[]string{begin, block("0", textStart, textDelta("Hello ")+"\n"+textDelta(`你 \u0026 \u003cb\u003e`)), delta("end_turn"), stopLine}},
		// RC-66
		// RC-67
		"a call with its signature": {
			[]string{parts(`{"text":"Hm.","thought":true}`), parts(`{"functionCall":{"id":"c1","name":"Bash","args":{"a":12345678901234567890}},"thoughtSignature":"c2ln"}`), last("STOP")},
			[]string{begin, block("0", thinkStart, thinkDelta("Hm.")+"\n"+signDelta("gemini:call:c2ln")), block("1", call("c1", "Bash"), inputDelta(`{"a":12345678901234567890}`)), delta("tool_use"), stopLine}},
		"a call without a thought, and one beside it": {
			[]string{parts(`{"functionCall":{"name":"A","args":{}},"thoughtSignature":"c2ln"},{"functionCall":{"name":"B"}}`), last("STOP")},
			[]string{begin, block("0", thinkStart, signDelta("gemini:call:c2ln")), block("1", call("toolu_9b3a52c9c71ca5de72b1c1d4", "A"), inputDelta(`{}`)), block("2", call("toolu_e6d6f5ee1e5e3e3f2e1a5b3c", "B"), ""), delta("tool_use"), stopLine}},
		"a signed thought, then text": {
			[]string{parts(`{"text":"Hm","thought":true},{"text":".","thought":true,"thoughtSignature":"c2ln"}`), parts(`{"text":"So."}`), last("STOP")},
			[]string{begin, block("0", thinkStart, thinkDelta("Hm")+"\n"+thinkDelta(".")+"\n"+signDelta("gemini:thought:c2ln")), block("1", textStart, textDelta("So.")), delta("end_turn"), stopLine}},
		"a signed text": {
			[]string{parts(`{"text":"So.","thoughtSignature":"c2ln"}`), last("STOP")},
			[]string{begin, block("0", thinkStart, signDelta("gemini:text:c2ln")), block("1", textStart, textDelta("So.")), delta("end_turn"), stopLine}},
		"a text that is signed at its end, then a call": {
			[]string{parts(`{"text":"So"}`), parts(`{"text":".","thoughtSignature":"c2ln"}`), parts(`{"functionCall":{"id":"c","name":"A","args":{}},"thoughtSignature":"c2ln"}`), last("STOP")},
			[]string{begin, block("0", textStart, textDelta("So")+"\n"+textDelta(".")), block("1", thinkStart, signDelta("gemini:before:c2ln")), block("2", thinkStart, signDelta("gemini:call:c2ln")), block("3", call("c", "A"), inputDelta("{}")), delta("tool_use"), stopLine}},
		"a text that is signed once, then calls": {
			[]string{parts(`{"text":"So."},{"text":"","thoughtSignature":"c2ln"},{"functionCall":{"id":"c","name":"A"}},{"functionCall":{"id":"d","name":"B"}}`), last("STOP")},
			[]string{begin, block("0", textStart, textDelta("So.")), block("1", thinkStart, signDelta("gemini:before:c2ln")), block("2", call("c", "A"), ""), block("3", call("d", "B"), ""), delta("tool_use"), stopLine}},
		"a text that is signed after its end": {
			[]string{parts(`{"text":"So."}`), parts(`{"text":"","thoughtSignature":"c2ln"}`), last("STOP")},
			[]string{begin, block("0", textStart, textDelta("So.")), delta("end_turn"), stopLine}},
		// RC-69c
		"text, thought, text": {
			[]string{parts(`{"text":"a"},{"text":"b","thought":true},{"text":"c"}`), last("STOP")},
			[]string{begin, block("0", textStart, textDelta("a")), block("1", thinkStart, thinkDelta("b")), block("2", textStart, textDelta("c")), delta("end_turn"), stopLine}},
		"other parts": {
			[]string{parts(`{"executableCode":{"language":"PYTHON","code":"1+1"}},{"codeExecutionResult":{"outcome":"OUTCOME_OK","output":"2"}},{"inlineData":{"mimeType":"image/png","data":"aGVsbG8="}},{"fileData":{"mimeType":"a/b","fileUri":"gs://x"}},{"toolCall":{"id":"t"}},{}`), last("STOP")},
			[]string{begin, block("0", textStart, textDelta(`\n`+"```"+`\n1+1\n`+"```"+`\n`)+"\n"+textDelta(`\n`+"```"+`\n2\n`+"```"+`\n`)+"\n"+textDelta("[image/png, 6 bytes, cannot be shown]")+"\n"+textDelta("[a/b gs://x]")+"\n"+textDelta("[toolCall: cannot be shown]")), delta("end_turn"), stopLine}},
		"args that are no object": {
			[]string{parts(`{"functionCall":{"id":"c","name":"A","args":"x"}},{"functionCall":{"id":"d","name":"B","args":null}}`), last("STOP")},
			[]string{begin, block("0", call("c", "A"), inputDelta(`{"value":"x"}`)), block("1", call("d", "B"), ""), delta("tool_use"), stopLine}},
		"only the first candidate": {
			[]string{`{"responseId":"r1","modelVersion":"gemini-x","candidates":[{"index":1,"content":{"parts":[{"text":"no"}]}},{"index":0,"content":{"parts":[{"text":"yes"}]}}]}`, last("STOP")},
			[]string{begin, block("0", textStart, textDelta("yes")), delta("end_turn"), stopLine}},
		"cut off": {
			[]string{parts(`{"functionCall":{"id":"c","name":"A","args":{}}}`), last("MAX_TOKENS")},
			[]string{begin, block("0", call("c", "A"), inputDelta("{}")), delta("max_tokens"), stopLine}},
		"refused": {
			[]string{parts(`{"text":"a"}`), strings.Replace(last("SAFETY"), `"finishReason"`, `"finishMessage":"no.","finishReason"`, 1)},
			[]string{begin, block("0", textStart, textDelta("a")+"\n"+textDelta(`\n\n`)+"\n"+textDelta("The vendor stopped this answer (SAFETY): no.")), delta("refusal"), stopLine}},
		"an unknown reason, after text": {
			[]string{parts(`{"text":"a"}`), last("OTHER")},
			[]string{begin, block("0", textStart, textDelta("a")), delta("end_turn"), stopLine}},
		// RC-68
		"v1internal": {
			[]string{`{"response":` + parts(`{"text":"a"}`) + `,"traceId":"t"}`, `{"response":` + last("STOP") + `}`},
			[]string{begin, block("0", textStart, textDelta("a")), delta("end_turn"), stopLine}},
		// RC-5 in this dialect's terms: usage that comes after the end, with zeros that overwrite nothing (RC-6).
		"usage late, null before": {
			[]string{strings.Replace(parts(`{"text":"a"}`), `"responseId"`, `"usageMetadata":null,"responseId"`, 1), `{"candidates":[{"finishReason":"STOP"}]}`, strings.Replace(last(""), `"finishReason":"",`, "", 1)},
			[]string{begin, block("0", textStart, textDelta("a")), delta("end_turn"), stopLine}},
	}
}
