// Package bounds is how much of what clients and vendors send is held in memory. Everything that is held for one call has a
// bound here; docs/performance.md shows them together. Sizes are in bytes. It imports nothing of ours.
//
// What only passes is not held, and has no bound: the bodies of native paths and of files on vendor routes, and the events
// of a stream once its first one is there. The body of a model call is bounded by max_body, and that of all of them together
// by max_bodies.
package bounds

const (
	// Event is the longest event of a stream. A vendor puts at most a content block's delta into one, or a whole message
	// into the first: both are far below.
	Event = 16 << 20
	// Lead is what is kept of the comments and pings before a stream's first event that means something. Those beyond it
	// are left out: they carry nothing.
	Lead = 64 << 10
	// Waiting is what a translated answer may keep of tool calls, and of the text behind them, until the tool call before
	// them has ended. An answer that needs more has failed.
	Waiting = 16 << 20
	// Answer is the longest answer that is read whole.
	Answer = 64 << 20
	// ErrorAnswer is what is read of an error answer; ErrorAside what is read of one that passes.
	ErrorAnswer = 1 << 20
	ErrorAside  = 64 << 10
	// RequestHeader and AnswerHeader are the longest headers that are taken. Go's own HTTP takes trailers of 4 KiB.
	RequestHeader = 1 << 20
	AnswerHeader  = 256 << 10
	// Frame is the longest frame of usage that is kept, Frames how many are of a call.
	Frame  = 4 << 10
	Frames = 16
	// Member is the longest value of JSON that is read beside a body which only passes.
	Member = 64 << 10
	// Captured is what is kept of a body that the user captures, CapturedCalls of how many calls.
	Captured      = 1 << 20
	CapturedCalls = 20
)

// What is kept of a call that has ended, in memory.
const (
	Calls     = 500      // how many
	Header    = 16 << 10 // of its request's header, and of its answer's
	Headers   = 100      // lines of each
	HeaderRow = 1000     // of one line
	Outcome   = 500      // of the error that it ended with
	Endpoint  = 500      // of its path
	Reason    = 300      // of each vendor's refusal
	Name      = 256      // of a model or a vendor
	Session   = 512      // of a session's name
)
