// Package reason says why something did not work: in English words, and with a code by which a window says it in its user's
// language. It imports nothing of ours.
package reason

import (
	"fmt"
	"time"
)

// Code names a reason. The codes are stable: the window's translations have a text for each, under "reason." and the code.
type Code string

// The codes. What Reason.Text holds with one stands behind it; where nothing does, it is "".
const (
	Paused     Code = "paused"      // Afterglow takes no new calls
	Cancelled  Code = "cancelled"   // the user cancelled the call
	Stopped    Code = "stopped"     // Afterglow stopped before the call was answered
	BodiesFull Code = "bodies_full" // the bodies of other calls take all the memory that there is for them
	NoCall     Code = "no_call"     // the call has ended, or there never was one

	NoVendor    Code = "no_vendor"     // of the chain can serve the call: why not each of them
	NoKey       Code = "no_key"        // the environment variable that should hold it
	KeyMissing  Code = "key_missing"   // in the configuration
	NoStoredKey Code = "no_stored_key" // in the keyring: the vendor's name
	NoClientID  Code = "no_client_id"  // to sign in with: the environment variable that should hold it
	OtherKey    Code = "other_key"     // the client's key is not one of the vendor's: how those begin
	OtherModel  Code = "other_model"   // the client's model is another vendor's: the model
	NoClientKey Code = "no_client_key" // the client sent none: how it would begin
	SignIn      Code = "sign_in"       // is needed: with whom
	SignInAgain Code = "sign_in_again" // is needed: why
	SigningIn   Code = "signing_in"    // already
	Removed     Code = "removed"       // the vendor, from the chain
	NoSignIn    Code = "no_sign_in"    // is possible at this vendor

	Refused     Code = "refused"       // by the vendor: its words
	KeyRejected Code = "key_rejected"  // by the vendor: its words
	RateLimited Code = "rate_limited"  // by the vendor: its words
	Overloaded  Code = "overloaded"    // the vendor: its words
	UsedUp      Code = "used_up"       // the quota or balance at the vendor: its words
	NoModel     Code = "no_model"      // of this name at the vendor: its words
	QuotaUsedUp Code = "quota_used_up" // the quota of the configuration: its window, such as "5h"
	Probing     Code = "probing"       // another call checks whether the vendor is back: why it was not
	Unreachable Code = "unreachable"   // the vendor: what the network says
	Silent      Code = "silent"        // the vendor: for how long
	Interrupted Code = "interrupted"   // the vendor's answer: by what
	LongQueue   Code = "long_queue"    // the wait would be longer than max_wait: how long it would be
	QueueFull   Code = "queue_full"    // how many calls wait
	QueueWait   Code = "queue_wait"    // no slot became free in time: how long that is

	LimitRange  Code = "limit_range"  // what is allowed, such as "1–20"
	NotLimited  Code = "not_limited"  // the vendor is only counted
	UnknownName Code = "unknown_name" // of a vendor or model
	OrderChain  Code = "order_chain"  // an order must have every vendor of the chain once
	NotInChain  Code = "not_in_chain" // the vendor

	PortTaken     Code = "port_taken"     // by another program: the port
	FileChanged   Code = "file_changed"   // by another program: the file
	NoFile        Code = "no_file"        // of the configuration
	ListenFlag    Code = "listen_flag"    // the command line's address counts: that address
	KeyringSilent Code = "keyring_silent" // or locked
	NoKeyring     Code = "no_keyring"     // nor a file that keys could be kept in
	NoHistory     Code = "no_history"     // calls are not recorded

	BrokenLink    Code = "broken_link"    // to a client's file
	TooLarge      Code = "too_large"      // a client's file: what is allowed, such as "4 MiB"
	ReadOnly      Code = "read_only"      // a client's file
	BadJSON       Code = "bad_json"       // a client's file: what is wrong
	BadTOML       Code = "bad_toml"       // a client's file: what is wrong
	NoObject      Code = "no_object"      // a client's file is JSON of another kind
	CannotEdit    Code = "cannot_edit"    // a client's file: the key
	FileRaced     Code = "file_raced"     // another program wrote the file while Afterglow did
	BackupBusy    Code = "backup_busy"    // another process connects or disconnects a client
	BackupDamaged Code = "backup_damaged" // the record of what a client's file was
	NotConnected  Code = "not_connected"  // a client that should be disconnected
	OtherProgram  Code = "other_program"  // has connected the client: its address
	WrongVendor   Code = "wrong_vendor"   // it does not speak the client's protocol: the vendor
	NoVendorFor   Code = "no_vendor_for"  // a client: its name

	UnknownKey    Code = "unknown_key"    // in the configuration
	NotSet        Code = "not_set"        // an environment variable that the configuration names: the variable
	BadURL        Code = "bad_url"        // in the configuration
	BadListen     Code = "bad_listen"     // an address: what is written
	BadAddress    Code = "bad_address"    // it is neither a port nor an address: what was typed
	TokenNeeded   Code = "token_needed"   // the address can be reached from other machines: the address
	NameNeeded    Code = "name_needed"    // of a vendor
	BadName       Code = "bad_name"       // of a vendor: it has spaces or signs that a name may not have
	NameTaken     Code = "name_taken"     // by another vendor: the name
	NameBuiltIn   Code = "name_built_in"  // a built-in vendor has it: the name
	KeyNeeded     Code = "key_needed"     // in the configuration: an example
	BadKey        Code = "bad_key"        // it has spaces or is not ASCII
	DefaultNeeded Code = "default_needed" // a default model
	OutOfRange    Code = "out_of_range"   // what is allowed, such as "1–999"
	GivenTwice    Code = "given_twice"    // in the configuration: what
	UnknownVendor Code = "unknown_vendor" // in the configuration: its name
	PlainHTTP     Code = "plain_http"     // the client's own credentials would go over it: where to
	NewHost       Code = "new_host"       // the client's own credentials did not go there before: where to
)

// All are the codes, for a test that each has its texts.
var All = [...]Code{
	Paused, Cancelled, Stopped, BodiesFull, NoCall,
	NoVendor, NoKey, KeyMissing, NoStoredKey, NoClientID, OtherKey, OtherModel, NoClientKey, SignIn, SignInAgain, SigningIn, Removed, NoSignIn,
	Refused, KeyRejected, RateLimited, Overloaded, UsedUp, NoModel, QuotaUsedUp, Probing, Unreachable, Silent, Interrupted, LongQueue, QueueFull, QueueWait,
	LimitRange, NotLimited, UnknownName, OrderChain, NotInChain,
	PortTaken, FileChanged, NoFile, ListenFlag, KeyringSilent, NoKeyring, NoHistory,
	BrokenLink, TooLarge, ReadOnly, BadJSON, BadTOML, NoObject, CannotEdit, FileRaced, BackupBusy, BackupDamaged, NotConnected, OtherProgram, WrongVendor, NoVendorFor,
	UnknownKey, NotSet, BadURL, BadListen, BadAddress, TokenNeeded, NameNeeded, BadName, NameTaken, NameBuiltIn, KeyNeeded, BadKey, DefaultNeeded, OutOfRange, GivenTwice, UnknownVendor, PlainHTTP, NewHost,
}

// Reason is why something did not work. It is an error; two are equal if all of them is. The zero Reason is none.
type Reason struct {
	Code  Code      // "" = there are only the words
	Text  string    // what the code is about
	Until time.Time // when it ends; zero = not known, or it does not end by itself
	Words string    // all of it in English
	Err   error     // what it stands for, nil if nothing
}

// New is a reason with a code. format and args make its words.
func New(code Code, text, format string, args ...any) Reason {
	return Reason{Code: code, Text: text, Words: fmt.Sprintf(format, args...)}
}

// Of is a reason with only words.
func Of(words string) Reason { return Reason{Words: words} }

// Wrap is a reason for an error, whose words are the reason's.
func Wrap(code Code, text string, err error) Reason {
	return Reason{Code: code, Text: text, Words: err.Error(), Err: err}
}

// InFile is an error with the file that it is about.
type InFile struct {
	File string
	Err  error
}

// Error is the file and the words.
func (e InFile) Error() string { return e.File + ": " + e.Err.Error() }

// Unwrap is for errors.Is and errors.As.
func (e InFile) Unwrap() error { return e.Err }

// Error is the words.
func (r Reason) Error() string { return r.Words }

// Unwrap is for errors.Is and errors.As.
func (r Reason) Unwrap() error { return r.Err }
