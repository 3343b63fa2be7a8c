package gemini

import (
	"fmt"

	"github.com/tidwall/gjson"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/nesting"
)

// said is a part of an answer.
type said struct {
	text, call, other gjson.Result
	kind              string // of other
	thought           bool
	signature         string
}

func readPart(p gjson.Result) (s said) {
	p.ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "text":
			s.text = value
		case "thought":
			s.thought = value.Bool()
		case "thoughtSignature":
			s.signature = value.Str
		case "functionCall":
			s.call = value
		case "videoMetadata", "partMetadata", "mediaResolution":
		default:
			s.kind, s.other = key.Str, value
		}
		return true
	})
	return s
}

// part writes one part of an answer.
func (d *decoder) part(w *anthropic.Writer, p, chunk gjson.Result) {
	s := readPart(p)
	switch {
	case s.call.IsObject():
		d.call(w, s, chunk)
	case s.thought:
		if s.text.Str == "" && s.signature == "" {
			return
		}
		d.passed(w)
		w.Thinking(s.text.Str)
		if s.signature != "" {
			w.Sign(marked(onThought, s.signature))
		}
		d.said = true
	case s.text.Type == gjson.String:
		d.text(w, s)
	case s.kind != "":
		d.said = true
		w.Text(readable(s.kind, s.other))
	}
}

func (d *decoder) call(w *anthropic.Writer, s said, chunk gjson.Result) {
	name := s.call.Get("name").Str
	if name == "" {
		return // a stray one must not spoil the others; an answer without any is empty
	}
	d.passed(w)
	d.said = true
	if s.signature != "" {
		w.Sign(marked(onCall, s.signature))
	}
	id := s.call.Get("id").Str
	if id == "" {
		id = d.callID(chunk)
	}
	d.calls++
	w.ToolUse(id, name)
	args := s.call.Get("args")
	if inner := gjson.Parse(args.Str); args.Type == gjson.String && nesting.Valid(args.Str) && inner.IsObject() {
		args = inner // encoded twice
	}
	if args.Exists() && args.Type != gjson.Null {
		w.ToolInput(string(anthropic.InputObject([]byte(withoutPlaceholder(args).Raw))))
	}
}

// text writes a text. Its signature goes before it, so one that comes when the text is on its way can
// only be told once something else follows. That of an answer's last text is not told at all: a thinking
// block at its end would be taken for the answer, and the vendor does not insist on it.
func (d *decoder) text(w *anthropic.Writer, s said) {
	if s.signature != "" {
		switch {
		case w.Open() == "text":
			d.before = s.signature
		case s.text.Str != "":
			w.Sign(marked(onText, s.signature))
		}
	}
	if s.text.Str != "" {
		w.Text(s.text.Str)
		d.said = true
	}
}

// passed is called when something other than text follows.
func (d *decoder) passed(w *anthropic.Writer) {
	if d.before != "" {
		w.Sign(marked(onBefore, d.before))
	}
	d.before = ""
}

// readable is a part that the Messages API has no block for, as text.
func readable(kind string, v gjson.Result) string {
	switch kind {
	case "executableCode":
		return "\n```\n" + v.Get("code").Str + "\n```\n"
	case "codeExecutionResult":
		return "\n```\n" + v.Get("output").Str + "\n```\n"
	case "inlineData":
		return fmt.Sprintf("[%s, %d bytes, cannot be shown]", v.Get("mimeType").Str, len(v.Get("data").Str)*3/4)
	case "fileData":
		return "[" + v.Get("mimeType").Str + " " + v.Get("fileUri").Str + "]"
	}
	return "[" + anthropic.LabelFor(kind) + ": cannot be shown]"
}
