package anthropic

import "github.com/tidwall/gjson"

func (d *bodyReader) message(v gjson.Result) {
	m := Message{}
	d.object(v, func(key string, v gjson.Result) {
		switch key {
		case "role":
			d.text(v, &m.Role)
		case "content":
			d.content(v, &m.Content)
		default:
			d.unread(key)
		}
	})
	d.body.Messages = append(d.body.Messages, m)
}

func (d *bodyReader) content(v gjson.Result, into *Content) {
	*into = nil
	switch {
	case v.Type == gjson.String:
		*into = Content{{Type: "text", Text: v.Str}}
	case v.IsObject():
		*into = make(Content, 1)
		d.block(v, &(*into)[0])
	default:
		d.list(v, func(one gjson.Result) {
			*into = append(*into, Block{})
			d.block(one, &(*into)[len(*into)-1])
		})
	}
}

func (d *bodyReader) block(v gjson.Result, b *Block) {
	d.object(v, func(key string, v gjson.Result) {
		switch key {
		case "type":
			d.text(v, &b.Type)
		case "text":
			d.text(v, &b.Text)
		case "source":
			d.source(v, b)
		case "title":
			d.text(v, &b.Title)
		case "context":
			d.text(v, &b.Context)
		case "id":
			d.text(v, &b.ID)
		case "name":
			d.text(v, &b.Name)
		case "input":
			b.Input = raw(v)
		case "content":
			d.content(v, &b.Content)
		case "cache_control":
			b.CacheControl = raw(v)
		default:
			d.attribute(key, v, b)
		}
	})
}

// attribute reads the rarer fields of a block.
func (d *bodyReader) attribute(key string, v gjson.Result, b *Block) {
	switch key {
	case "tool_use_id":
		d.text(v, &b.ToolUseID)
	case "is_error":
		d.bool(v, &b.IsError)
	case "thinking":
		d.text(v, &b.Thinking)
	case "signature":
		d.text(v, &b.Signature)
	case "data":
		d.text(v, &b.Data)
	case "tool_name":
		d.text(v, &b.ToolName)
	case "citations":
		b.Citations = raw(v)
	default:
		d.unread(key)
	}
}

func (d *bodyReader) source(v gjson.Result, b *Block) {
	if v.Type == gjson.Null {
		return
	}
	s := &Source{}
	b.Source = s
	if v.Type == gjson.String {
		s.URL = v.Str
		return
	}
	d.object(v, func(key string, v gjson.Result) {
		switch key {
		case "type":
			d.text(v, &s.Type)
		case "media_type":
			d.text(v, &s.MediaType)
		case "data":
			d.text(v, &s.Data)
		case "url":
			d.text(v, &s.URL)
		case "file_id":
			d.text(v, &s.FileID)
		case "content":
			d.content(v, &s.Content)
		default:
			d.unread(key)
		}
	})
}

func (d *bodyReader) tool(v gjson.Result) {
	t := Tool{}
	d.object(v, func(key string, v gjson.Result) {
		switch key {
		case "type":
			d.text(v, &t.Type)
		case "name":
			d.text(v, &t.Name)
		case "description":
			d.text(v, &t.Description)
		case "input_schema":
			t.InputSchema = raw(v)
		case "strict":
			if v.Type != gjson.Null {
				t.Strict = new(bool)
				d.bool(v, t.Strict)
			}
		case "defer_loading":
			d.bool(v, &t.DeferLoading)
		case "cache_control":
			t.CacheControl = raw(v)
		default:
			d.unread(key)
		}
	})
	d.body.Tools = append(d.body.Tools, t)
}

func (d *bodyReader) choice(key string, v gjson.Result) {
	switch c := d.body.ToolChoice; key {
	case "type":
		d.text(v, &c.Type)
	case "name":
		d.text(v, &c.Name)
	case "disable_parallel_tool_use":
		d.bool(v, &c.DisableParallel)
	default:
		d.unread(key)
	}
}

func (d *bodyReader) thinking(key string, v gjson.Result) {
	switch t := d.body.Thinking; key {
	case "type":
		d.text(v, &t.Type)
	case "budget_tokens":
		d.integer(v, &t.BudgetTokens)
	case "display":
		d.text(v, &t.Display)
	default:
		d.unread(key)
	}
}

func (d *bodyReader) output(key string, v gjson.Result) {
	if d.body.OutputConfig == nil {
		d.body.OutputConfig = &OutputConfig{}
	}
	switch o := d.body.OutputConfig; {
	case key == "effort":
		d.text(v, &o.Effort)
	case key != "format":
		d.unread(key)
	case v.Type != gjson.Null:
		f := &Format{}
		o.Format = f
		d.object(v, func(key string, v gjson.Result) {
			switch key {
			case "type":
				d.text(v, &f.Type)
			case "schema":
				f.Schema = raw(v)
			default:
				d.unread(key)
			}
		})
	}
}
