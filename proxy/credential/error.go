package credential

import (
	"errors"
	"fmt"
)

// Kind is what is wrong with a credential.
type Kind uint8

const (
	Temporary       Kind = iota // asking again later may help
	Invalid                     // it is refused: the user has to sign in again
	Scope                       // it does not allow what is needed: the user has to sign in again
	UpgradeRequired             // the account's plan does not have this
)

// String is the kind's name in diagnostics.
func (k Kind) String() string {
	return [...]string{"temporary", "invalid_credentials", "insufficient_scope", "permission_upgrade_required"}[k]
}

// Error says why there is no credential to call with. It holds no secret.
type Error struct {
	Kind Kind
	Text string
}

func (e *Error) Error() string { return e.Text }

func errorf(kind Kind, format string, args ...any) error {
	return &Error{kind, fmt.Sprintf(format, args...)}
}

// KindOf is the kind of an error; what is none of ours is Temporary.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Temporary
}
