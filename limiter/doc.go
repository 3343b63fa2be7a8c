// Package limiter counts the calls in flight for every vendor and model, queues them where a vendor has a
// limit, first in, first out or in turns that are fair to sessions, and lets a reader watch.
//
// # One call
//
// A call asks a [Controller] for a permit before it goes to a vendor and gives it back when the
// vendor's last byte has been read:
//
//	permit, err := c.Acquire(ctx, limiter.Key{Vendor: "zhipu", Model: "glm-5.1"})
//	if err != nil {
//		return err // the client has gone, or the queue is full, or the wait was too long
//	}
//	defer permit.Release()
//
// The model is the name that is sent to the vendor, not the name the client used. A gauge, one for a
// vendor and a model, comes to be with the first call that names it. Only what takes a permit is
// counted: probes and token counts do not.
//
// # Monitor and limited
//
// A model without a limit is in [Monitor] mode: its calls are counted and never wait. A model with a
// limit is in [Limited] mode: calls up to the limit are in flight, the rest is pending in the model's
// queue. The counts are of calls in flight, never of free slots, so that a limit may be cut below what
// is in flight: nobody is evicted then, and nobody let in until fewer are in flight than the new limit.
//
// A freed slot passes to the head of the queue in the same critical section that frees it. A newcomer
// therefore never overtakes a waiter, and one release wakes one call. A waiter whose context ends
// leaves the queue at once; where the end meets a grant, the slot passes to the next.
//
// Two bounds keep a queue from hiding a vendor that is too slow: its length ([Policy.MaxPending],
// [ErrQueueFull]) and each call's wait ([Policy.MaxWait], [ErrWaitExpired]). Both belong to the moment
// at which a call joins the queue: a later Configure changes neither for the calls already in it.
//
// # Arrival
//
// A queue is served in the order in which its calls arrived. A call that has waited at one vendor, and goes
// on to another or comes back, has arrived when it first came and not when it joined this queue: the caller
// numbers its calls ([Caller].Arrival), and a call with a lower number stands before those with a higher one.
//
// # Fair queues
//
// One session with many sub-agents fills a queue, and whoever comes then waits for all of it. With
// [Policy.Fair] the head of each model's queue goes round the sessions that have waiters
// ([Controller.AcquireFor], [Caller]): each is served one call, and goes to the end of the round while it has
// more. A session that comes joins at the end too, or before those that have had a turn since its call
// arrived: it waits for at most one call of each other, and no session can starve another. Within a session the main conversation's calls come before its sub-agents',
// and each of the two are first in, first out. Calls whose session has no name share one.
//
// Fairness orders those who wait and nothing else: it reserves no slot and no place, and the bounds of the
// queue count all sessions' calls. [Controller.Configure] turns it on and off while calls wait; they are
// then put in order as if they had just come, in the order in which they did.
//
// # Two limits at once
//
// A vendor may count calls over all its models ([Policy.Total], the account limit). A call then needs
// a slot of its model and a slot of the account, and gets both in one step or waits for both, so
// nothing deadlocks and no slot is held idle. Within a model the order stays that of its queue.
// Between models, those with a waiter that their own limit would admit stand in line for the account's
// slots: each is served one call and goes to the line's end, so no model starves another. A model
// without a limit of its own follows the account's.
//
// # Limits that change
//
// [Controller.SetLimit] changes a limit while calls run, [Controller.ResetLimit] takes the change back,
// and [Controller.Configure] replaces all policies. What they make room for is granted before they
// return, in order.
//
// # Limits that end
//
// A policy lasts as long as calls hold slots or wait under it. The calls of a vendor that Configure does not
// name any more go on under the limits in force. A limit that a policy takes away lets nobody in at once
// either: it stays until those have gone that waited, and then rises with each call that the vendor has
// answered, until nobody waits ([Gauge.Ending]). [Controller.Rename] gives a vendor another name, with its
// calls and queues.
//
// # Afterglow
//
// A reader who looks a few times a second would miss a queue that came and went between two looks.
// Each gauge therefore remembers the deepest queue of the last [PeakWindow], computed from every change
// of depth and not from samples: a queue that stood for a minute still counts when it drains.
//
// # Watching
//
// The limiter never calls its readers. [Controller.Watch] gives a channel one deep that says "something
// has changed"; the reader then takes a [Controller.Snapshot], which is one consistent copy, or with
// [Controller.Queues] one of who waits at which place. Many
// changes may share a wake, and the last change always has one.
//
// # Bounds
//
// Clients choose model names, so the table of gauges must not grow with them. A gauge is idle when
// nothing is in flight or pending, its afterglow is over, and neither the configuration nor SetLimit
// names it. Of the idle gauges the [KeepIdle] most recently used are kept.
package limiter
