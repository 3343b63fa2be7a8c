package ui

// TaskQueue runs the slow tasks that the user asks for: a file is written, a keyring is opened. It runs them one after the
// other, in the order in which they were given, and not on the UI's goroutine. Its methods are for the UI's goroutine.
type TaskQueue struct {
	context Context
	Busy    bool // a task is under way or waits
	waiting []task
}

// Queue is an empty queue of slow tasks.
func (d Context) Queue() TaskQueue { return TaskQueue{context: d} }

type task struct {
	work func() error
	done func(err error) // on the UI's goroutine
}

// Do runs work after the tasks before it, and then done with its error, on the UI's goroutine.
func (e *TaskQueue) Do(work func() error, done func(err error)) {
	e.waiting = append(e.waiting, task{work, done})
	if !e.Busy {
		e.next()
	}
}

func (e *TaskQueue) next() {
	e.Busy = len(e.waiting) > 0
	if !e.Busy {
		return
	}
	first := e.waiting[0]
	e.waiting = e.waiting[1:]
	e.context.Go(func() {
		err := first.work()
		e.context.Run(func() {
			e.next() // before done, which asks whether something is still under way
			first.done(err)
		})
	})
}
