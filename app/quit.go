package app

import (
	"fmt"
	"log/slog"
	"sync"
	"time"

	"afterglow/app/window"
	"afterglow/proxy/config"
	"afterglow/proxy/connect"
)

// QuitProxy is what quitting asks of the proxy.
type QuitProxy interface {
	Desktop() config.Desktop
	ChangeDesktop(edit func(*config.Desktop)) error
	Clients() []connect.Status // reads files, and is not for the UI's goroutine
	// Suspend disconnects the clients until the next start. It writes files, and is not for the UI's goroutine.
	Suspend() (done []connect.Suspended, err error)
}

// quitPatience is how long quitting waits for clients' files: a home folder on a server may not answer.
const quitPatience = 10 * time.Second

// quitter ends the app. Before that it disconnects the clients, or asks whether it should, as the user has set.
type quitter struct {
	svc    QuitProxy
	window *window.Window
	dialog *quitDialog // the last that was opened
	log    *slog.Logger
	do     func(func()) // on the UI's goroutine
	end    func()       // ends the app's run, at once and from any goroutine

	mu      sync.Mutex
	busy    bool // quit is under way
	leave   bool // the clients are to be disconnected, whatever is set
	settled bool // what quitting does with the clients has been done
}

// quit is for the user who wants to quit, on any goroutine. It does not wait.
func (q *quitter) quit() {
	q.mu.Lock()
	busy := q.busy
	q.busy = true
	q.mu.Unlock()
	if busy { // the dialog is open, if it is not just being closed
		q.do(q.window.Show)
		return
	}
	go q.begin()
}

func (q *quitter) begin() {
	set := q.svc.Desktop().DisconnectOnQuit
	if set == config.QuitNever {
		q.settle()
		return
	}
	clients, err := inTime(q.connected)
	switch {
	case err != nil:
		q.log.Warn("clients may stay connected", "error", err)
		q.settle()
	case len(clients) == 0:
		q.settle()
	case set == config.QuitAlways:
		q.disconnect(clients, false)
	default:
		q.do(func() { q.ask(clients) })
	}
}

// connected are the clients that are connected here. It reads files.
func (q *quitter) connected() (found []connect.Status, err error) {
	for _, c := range q.svc.Clients() {
		if c.State == connect.Connected {
			found = append(found, c)
		}
	}
	return found, nil
}

// ask opens the dialog. It runs on the UI's goroutine.
func (q *quitter) ask(clients []connect.Status) {
	q.dialog = newQuitDialog(clients, quitAnswers{
		disconnect: func(remember bool) { go q.disconnect(clients, remember) },
		keep: func(remember bool) {
			go func() {
				q.remember(remember, config.QuitNever)
				q.settle()
			}()
		},
		cancel: func() {
			q.window.Answered()
			q.mu.Lock()
			q.busy, q.leave = false, false
			q.mu.Unlock()
		},
	})
	q.window.Ask(q.dialog)
}

// disconnect disconnects the clients and quits. If that failed, the dialog says so.
func (q *quitter) disconnect(clients []connect.Status, remember bool) {
	q.mu.Lock()
	q.leave = true
	q.mu.Unlock()
	q.remember(remember, config.QuitAlways)
	if err := q.suspend(); err != nil {
		q.do(func() {
			if !q.window.Asking() {
				q.ask(clients)
			}
			q.dialog.fail(err)
		})
		return
	}
	q.settle()
}

func (q *quitter) suspend() error {
	done, err := inTime(q.svc.Suspend)
	for _, c := range done {
		for _, r := range c.Files {
			if r.How != connect.Same && r.How != connect.Removed {
				q.log.Warn("a client's file was changed by another program", "client", c.ID, "file", r.File, "outcome", r.String())
			}
		}
	}
	return err
}

// remember keeps an answer for every later quit, if the user wants that.
func (q *quitter) remember(on bool, answer string) {
	if !on {
		return
	}
	if err := q.svc.ChangeDesktop(func(d *config.Desktop) { d.DisconnectOnQuit = answer }); err != nil {
		q.log.Warn("the answer is forgotten at the next start", "error", err)
	}
}

// settle quits, after the clients.
func (q *quitter) settle() {
	q.mu.Lock()
	q.settled = true
	q.mu.Unlock()
	q.end()
}

// ended is called when the app has ended. A signal ends it without quit, and then no one can answer: the clients are only
// disconnected if the user has set that, or has just said so in the dialog.
func (q *quitter) ended() {
	q.mu.Lock()
	settled, leave := q.settled, q.leave
	q.mu.Unlock()
	if settled || !leave && q.svc.Desktop().DisconnectOnQuit != config.QuitAlways {
		return
	}
	if err := q.suspend(); err != nil {
		q.log.Warn("clients may stay connected", "error", err)
	}
}

// inTime is what work returns, or an error if that takes longer than quitPatience: work goes on then.
func inTime[T any](work func() (T, error)) (T, error) {
	type outcome struct {
		result T
		err    error
	}
	done := make(chan outcome, 1)
	go func() {
		result, err := work()
		done <- outcome{result, err}
	}()
	select {
	case o := <-done:
		return o.result, o.err
	case <-time.After(quitPatience):
		return *new(T), fmt.Errorf("no answer from the clients' files within %v", quitPatience)
	}
}
