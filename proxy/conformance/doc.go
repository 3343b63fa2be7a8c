// Package conformance holds the scenarios that every dialect is judged by, in testdata, and the runner
// that plays them: without a network, cut into every kind of pieces, and through the whole proxy over
// real sockets. It has no code of its own.
//
// A scenario is a txtar archive. "request.json" is a client's; "openai/request.json" what a vendor of that
// dialect gets for it, with its path and the labels of what could not be carried. "openai/NAME.sse" is what
// such a vendor streams, and "openai/NAME.client.sse" what the client gets for it; NAME.json is a whole
// answer, NAME.http an error answer with its status and header. "go test ./proxy/conformance -update"
// writes what is made: look at the difference before you commit it.
package conformance
