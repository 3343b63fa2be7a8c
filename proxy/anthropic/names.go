package anthropic

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"

	"afterglow/proxy/sse"
)

// longestName is how many characters of a tool's name other vendors take. The Messages API takes 128.
const longestName = 64

// Names gives tools the names that a vendor of another dialect takes: a letter or an underscore, then letters, digits,
// underscores and dashes, 64 in all, no name twice. A name depends on nothing but the client's, so that it
// is the same on every turn. The zero value is ready.
type Names struct {
	sent map[string]string // by the client's name
	back map[string]string // the client's name, where it is another
	many map[string]int    // how often a name was given
	// changed is whether a name was sent that is not the client's.
	changed bool
}

// Tool returns the name that a tool is sent under, which belongs to no tool before it.
func (n *Names) Tool(name string) string {
	to := n.Sent(name)
	if n.sent == nil {
		n.sent, n.back, n.many = map[string]string{}, map[string]string{}, map[string]int{}
	}
	for n.taken(to, name) {
		n.many[name]++ // counted, because a request may have thousands of one name
		to = shortened(name, strconv.Itoa(n.many[name]))
	}
	if _, twice := n.sent[name]; !twice {
		n.sent[name] = to
	}
	n.changed = n.changed || to != name
	if n.back[to] = name; to == name {
		delete(n.back, to)
	}
	return to
}

// taken reports whether a tool has a name.
func (n *Names) taken(sent, name string) bool {
	if _, renamed := n.back[sent]; renamed {
		return true
	}
	return n.sent[sent] == sent || n.sent[name] == sent
}

// Sent returns the name that a client's tool has at the vendor, also one that the request does not define.
func (n *Names) Sent(name string) string {
	if to := n.sent[name]; to != "" {
		return to
	}
	if !fits(name) {
		n.changed = true
		return shortened(name, "")
	}
	return name
}

// Label adds the label of names that were sent under others.
func (n *Names) Label(labels *Labels) {
	if n.changed {
		labels.Add("tool_names")
	}
}

// Back are the client's names by those that were sent, where they differ; nil if none does.
func (n *Names) Back() map[string]string {
	if len(n.back) == 0 {
		return nil
	}
	return n.back
}

func fits(name string) bool {
	for at := range len(name) {
		if !allowed(name[at], at) {
			return false
		}
	}
	return name != "" && len(name) <= longestName
}

func allowed(c byte, at int) bool {
	letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
	return letter || at > 0 && (c >= '0' && c <= '9' || c == '-')
}

// shortened is what is allowed of a name, and a part of its hash, which keeps it apart from others.
func shortened(name, again string) string {
	sum := sha256.Sum256([]byte(name + "\x00" + again))
	hash := "_" + hex.EncodeToString(sum[:4])
	short := []byte(name)
	if len(short) > 0 && !allowed(short[0], 0) && allowed(short[0], 1) {
		short = append([]byte("t_"), short...)
	}
	short = short[:min(len(short), longestName-len(hash))]
	for at, c := range short {
		if !allowed(c, at) {
			short[at] = '_'
		}
	}
	return string(short) + hash
}

// WithNames returns a stream of the Messages API in which tools have the client's names again.
func WithNames(s sse.Stream, back map[string]string) sse.Stream {
	if len(back) == 0 {
		return s
	}
	return &named{s, back}
}

// named is a stream whose tools get their names back.
type named struct {
	sse.Stream
	back map[string]string
}

// Next implements sse.Stream.
func (n *named) Next() (sse.Event, error) {
	e, err := n.Stream.Next()
	if err != nil || string(e.Name) != "content_block_start" {
		return e, err
	}
	name, ok := n.back[gjson.GetBytes(e.Data, "content_block.name").Str]
	if !ok {
		return e, nil
	}
	data, err := sjson.SetBytes(e.Data, "content_block.name", name)
	if err != nil {
		return e, nil
	}
	raw := append(append([]byte("event: content_block_start\ndata: "), data...), "\n\n"...)
	return sse.Event{Raw: raw, Name: e.Name, Data: data, Cut: e.Cut}, nil
}

// MessageWithNames is WithNames for a whole message.
func MessageWithNames(message []byte, back map[string]string) []byte {
	if len(back) == 0 {
		return message
	}
	gjson.GetBytes(message, "content").ForEach(func(at, block gjson.Result) bool {
		if name, ok := back[block.Get("name").Str]; ok && block.Get("type").Str == "tool_use" {
			if with, err := sjson.SetBytes(message, "content."+at.String()+".name", name); err == nil {
				message = with
			}
		}
		return true
	})
	return message
}
