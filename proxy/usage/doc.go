// Package usage tells what a call is for and what it cost from bytes that only pass: the operation
// from its method and path, model and tokens from the body of its answer. It holds nothing up, keeps
// next to nothing, and never fails: what it does not understand it leaves out.
package usage
