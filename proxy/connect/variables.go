package connect

// Variable is one that Claude Code reads.
type Variable struct{ Name, Value string }

// TokenHeader carries Afterglow's token past the headers that are for a vendor.
const TokenHeader = "X-Afterglow-Token"

// Variables are those that send Claude Code to a target.
func Variables(t Target) []Variable {
	vars := []Variable{{"ANTHROPIC_BASE_URL", "http://" + t.Address}}
	switch token := t.Token.Reveal(); {
	case token == "":
	case t.ClientAuth:
		vars = append(vars, Variable{"ANTHROPIC_CUSTOM_HEADERS", TokenHeader + ": " + token})
	default:
		vars = append(vars, Variable{"ANTHROPIC_AUTH_TOKEN", token})
	}
	return vars
}
