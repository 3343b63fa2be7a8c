package ui

import (
	"cmp"
	"errors"
	"io/fs"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unicode"
	"unicode/utf8"

	"afterglow/limiter"
	"afterglow/proxy/config"
	"afterglow/proxy/reason"
)

// ReasonText is a reason in the user's language: the text for its code, or its own words where there is none. It is "" for the
// zero reason.
func ReasonText(r reason.Reason) string {
	text, ok := codeText(r)
	if !ok {
		return r.Words
	}
	if r.Until.IsZero() {
		return text
	}
	return TrPair("reason.until", text, Clock(r.Until, time.Now()))
}

// codeText is the text for a reason's code, false if it has none.
func codeText(r reason.Reason) (string, bool) {
	if r.Code == "" {
		return "", false
	}
	about := r.Text
	switch r.Code {
	case reason.Silent, reason.LongQueue, reason.QueueWait:
		if d, err := time.ParseDuration(about); err == nil {
			about = TrLeft(d)
		}
	}
	key := "reason." + string(r.Code)
	text := TrText(key, about)
	return text, text != key
}

// WhyText is a reason in the user's language, or the words where it has no code.
func WhyText(r reason.Reason, words string) string {
	if r.Code == "" {
		return words
	}
	return cmp.Or(Sentence(r), words)
}

// Sentence is a reason in the user's language with a capital letter in front, unless a name is there. Most reasons stand behind
// a colon, so the texts begin without one.
func Sentence(r reason.Reason) string {
	text := ReasonText(r)
	first, size := utf8.DecodeRuneInString(text)
	if size == 0 || r.Text != "" && strings.HasPrefix(text, r.Text) {
		return text
	}
	return string(unicode.ToUpper(first)) + text[size:]
}

// ErrorText is an error in the user's language, as far as it is known why it came; else its own words.
func ErrorText(err error) string {
	if all, ok := err.(interface{ Unwrap() []error }); ok && errors.Join(all.Unwrap()...).Error() == err.Error() {
		return errorsText(all.Unwrap())
	}
	var in reason.InFile
	if errors.As(err, &in) {
		return in.File + ": " + ErrorText(in.Err)
	}
	var wrong *config.Error
	if errors.As(err, &wrong) {
		return problemsText(wrong)
	}
	var why reason.Reason
	if errors.As(err, &why) {
		return ReasonText(why)
	}
	var problem config.Problem
	if errors.As(err, &problem) {
		return ProblemText(problem)
	}
	if text := limitReason(err); text != "" {
		return text
	}
	var path *fs.PathError
	if errors.As(err, &path) {
		switch {
		case errors.Is(err, fs.ErrPermission):
			return TrText("reason.permission", path.Path)
		case errors.Is(err, syscall.ENOSPC):
			return TrText("reason.disk_full", path.Path)
		}
	}
	return err.Error()
}

// errorsText is several errors, a line each.
func errorsText(all []error) string {
	lines := make([]string, len(all))
	for i, err := range all {
		lines[i] = ErrorText(err)
	}
	return strings.Join(lines, "\n")
}

// limitReason says why the limiter does not set a limit, "" if the error is not its own.
func limitReason(err error) string {
	var outside *limiter.RangeError
	switch {
	case errors.As(err, &outside):
		return TrText("reason.limit_range", "1–"+strconv.Itoa(outside.Highest))
	case errors.Is(err, limiter.ErrMonitorOnly):
		return Tr("reason.not_limited")
	case errors.Is(err, limiter.ErrUnknown):
		return Tr("reason.unknown_name")
	}
	return ""
}

// problemsText is what is wrong with a configuration, a line a problem.
func problemsText(e *config.Error) string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = ProblemText(p)
		if e.File != "" {
			lines[i] = e.File + ": " + lines[i]
		}
	}
	return strings.Join(lines, "\n")
}

// ProblemText is one of them, with its place.
func ProblemText(p config.Problem) string {
	var place []string
	if p.Line > 0 {
		place = append(place, TrN("reason.line", p.Line))
	}
	if p.Key != "" {
		place = append(place, p.Key)
	}
	text := ReasonText(p.Reason)
	if len(place) == 0 {
		return text
	}
	return strings.Join(place, ", ") + ": " + text
}
