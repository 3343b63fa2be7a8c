package app

// errands are what the user asked for and may take a while: a file to be written, a keyring to be opened. They are run
// one after the other, in the order that they were asked for, and not on the UI's goroutine. All else about them is.
type errands struct {
	run     func(func())      // on the UI's goroutine
	off     func(work func()) // away from it; nil = on a goroutine of its own
	waiting []errand
	busy    bool
}

type errand struct {
	work func() error
	done func(err error) // on the UI's goroutine
}

func (e *errands) do(work func() error, done func(err error)) {
	e.waiting = append(e.waiting, errand{work, done})
	if !e.busy {
		e.next()
	}
}

func (e *errands) next() {
	e.busy = len(e.waiting) > 0
	if !e.busy {
		return
	}
	first := e.waiting[0]
	e.waiting = e.waiting[1:]
	work := func() {
		err := first.work()
		e.run(func() {
			e.next() // before done, which asks whether something is still under way
			first.done(err)
		})
	}
	if e.off != nil {
		e.off(work)
	} else {
		go work()
	}
}
