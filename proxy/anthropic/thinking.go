package anthropic

// Thinking returns the request's thinking field as it is written, "" if there is none.
func (r *Request) Thinking() string { return r.Body[r.thinking.from:r.thinking.to] }
