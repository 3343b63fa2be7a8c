package anthropic

import (
	"encoding/json"
	"unicode"
	"unicode/utf8"
)

// What the estimate counts beside text, in tokens.
const (
	perMessage  = 4    // role and separators
	perTool     = 12   // the frame around a definition
	withTools   = 346  // the system prompt that the API adds for tools, by its documentation
	perImage    = 1600 // an image of the largest size that is not scaled down (1.15 megapixels ÷ 750)
	perPage     = 2000 // a page of a PDF: text and picture, the middle of the 1 500 to 3 000 documented
	bytesOfPage = 50_000
)

// EstimateTokens is about how many input tokens the request is, for vendors that cannot count. It
// knows no vendor's vocabulary: docs/performance.md says how far it is from some.
func (b *Body) EstimateTokens() int64 {
	n := b.System.tokens()
	for _, m := range b.Messages {
		n += perMessage + m.Content.tokens()
	}
	for _, t := range b.Tools {
		n += perTool + textTokens(t.Name) + textTokens(t.Description) + jsonTokens(t.InputSchema)
	}
	if len(b.Tools) > 0 {
		n += withTools
	}
	if b.OutputConfig != nil && b.OutputConfig.Format != nil {
		n += jsonTokens(b.OutputConfig.Format.Schema)
	}
	return max(n, 1)
}

func (c Content) tokens() (n int64) {
	for i := range c {
		b := &c[i]
		n += textTokens(b.Text) + textTokens(b.Title) + textTokens(b.Context) + textTokens(b.Name) + jsonTokens(b.Input)
		n += textTokens(b.Thinking) + b.Content.tokens()
		if s := b.Source; s != nil {
			n += s.Content.tokens()
			switch {
			case s.Type == "text":
				n += textTokens(s.Data)
			case b.Type == "image":
				n += perImage
			case b.Type == "document":
				n += perPage * int64(1+len(s.Data)*3/4/bytesOfPage)
			}
		}
	}
	return n
}

func jsonTokens(raw json.RawMessage) int64 { return textTokens(string(raw)) }

// class is what kind of character a token is made of.
type class uint8

const (
	space class = iota
	letter
	digit
	sign
	wide  // Chinese, Japanese, Korean: about a token a character
	other // letters of other scripts, emoji
)

func classOf(r rune) class {
	switch {
	case r == ' ' || r == '\n' || r == '\t' || r == '\r':
		return space
	case r|0x20 >= 'a' && r|0x20 <= 'z':
		return letter
	case r >= '0' && r <= '9':
		return digit
	case r < utf8.RuneSelf:
		return sign
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul):
		return wide
	}
	return other
}

// textTokens estimates a text: vocabularies have words with the space before them, numbers of three
// digits, and short runs of the same kind of sign.
func textTokens(text string) int64 {
	var quarters, run int64 // quarters of a token; characters of the run so far
	last := space
	for _, r := range text {
		c := classOf(r)
		if c != last {
			quarters += tokensOf(last, run)
			last, run = c, 0
		}
		run++
	}
	quarters += tokensOf(last, run)
	return (quarters + 3) / 4
}

// tokensOf is how many quarters of a token a run of one class is.
func tokensOf(c class, run int64) int64 {
	if run == 0 {
		return 0
	}
	switch c {
	case space:
		if run == 1 {
			return 0
		}
		return 4
	case letter:
		return 4 + 4*((run-1)/7)
	case digit:
		return 4 * ((run + 2) / 3)
	case sign:
		return 2 + 2*run
	case wide:
		return 4 * run
	}
	return 2 + 2*run
}
