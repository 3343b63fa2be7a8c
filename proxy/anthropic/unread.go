package anthropic

import "github.com/tidwall/gjson"

// mostUnread bounds how many names of a client's own are reported of one request.
const mostUnread = 16

// Unread lists, as labels, the fields of a request that [Body] has no place for, wherever they stand,
// each once. They are what a translation loses without knowing.
func (r *Request) Unread() Labels {
	var u unread
	u.object(gjson.Parse(r.Body), inBody)
	return Labels(u)
}

// place is a kind of object in a request.
type place uint8

const (
	nothing   place = iota // not known
	opaque                 // known, and nobody looks into it
	inBody                 // the request itself
	inMessage              // and so on
	inBlock
	inSource
	inTool
	inChoice
	inThinking
	inOutput
	inFormat
	inMetadata
)

type unread Labels

func (u *unread) object(o gjson.Result, at place) {
	o.ForEach(func(key, value gjson.Result) bool {
		switch next := within(at, key.Str); {
		case next == nothing:
			if len(*u) < mostUnread {
				(*Labels)(u).Add(LabelFor(key.Str))
			}
		case next == opaque:
		case value.IsArray():
			value.ForEach(func(_, one gjson.Result) bool {
				if one.IsObject() {
					u.object(one, next)
				}
				return true
			})
		case value.IsObject():
			u.object(value, next)
		}
		return true
	})
}

// within tells what is behind a key: it mirrors the types of [Body].
func within(at place, key string) place {
	switch at {
	case inBody:
		return withinBody(key)
	case inMessage:
		switch key {
		case "role":
			return opaque
		case "content":
			return inBlock
		}
	case inBlock:
		switch key {
		case "type", "text", "title", "context", "id", "name", "input", "tool_use_id", "is_error", "thinking", "signature", "data",
			"tool_name", "citations", "cache_control":
			return opaque
		case "source":
			return inSource
		case "content":
			return inBlock
		}
	case inSource:
		switch key {
		case "type", "media_type", "data", "url", "file_id":
			return opaque
		case "content":
			return inBlock
		}
	case inTool:
		switch key {
		case "type", "name", "description", "input_schema", "strict", "defer_loading", "cache_control":
			return opaque
		}
	default:
		return withinOption(at, key)
	}
	return nothing
}

func withinBody(key string) place {
	switch key {
	case "model", "stream", "max_tokens", "temperature", "top_p", "top_k", "stop_sequences":
		return opaque
	case "system":
		return inBlock
	case "messages":
		return inMessage
	case "tools":
		return inTool
	case "tool_choice":
		return inChoice
	case "thinking":
		return inThinking
	case "output_config":
		return inOutput
	case "output_format":
		return inFormat
	case "metadata":
		return inMetadata
	}
	return nothing
}

func withinOption(at place, key string) place {
	switch at {
	case inChoice:
		switch key {
		case "type", "name", "disable_parallel_tool_use":
			return opaque
		}
	case inThinking:
		switch key {
		case "type", "budget_tokens", "display":
			return opaque
		}
	case inOutput:
		switch key {
		case "effort":
			return opaque
		case "format":
			return inFormat
		}
	case inFormat:
		if key == "type" || key == "schema" {
			return opaque
		}
	case inMetadata:
		if key == "user_id" {
			return opaque
		}
	}
	return nothing
}
