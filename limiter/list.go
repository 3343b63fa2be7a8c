package limiter

// list is a doubly linked list whose links live inside its elements, so that joining and leaving
// allocate nothing. The zero value is an empty list.
type list[T any] struct {
	first, last *link[T]
	len         int
}

// link is an element's place in at most one list.
type link[T any] struct {
	prev, next *link[T]
	on         *list[T] // nil while in no list
	owner      *T
}

// push appends owner by its link k, which must be in no list.
func (l *list[T]) push(k *link[T], owner *T) {
	k.owner, k.on, k.prev = owner, l, l.last
	if l.last == nil {
		l.first = k
	} else {
		l.last.next = k
	}
	l.last = k
	l.len++
}

// insert puts owner behind the link at, by its link k, which must be in no list; nil is before the first.
func (l *list[T]) insert(k *link[T], owner *T, at *link[T]) {
	if at == l.last {
		l.push(k, owner)
		return
	}
	next := l.first
	if at != nil {
		next = at.next
		at.next = k
	} else {
		l.first = k
	}
	k.owner, k.on, k.prev, k.next = owner, l, at, next
	next.prev = k
	l.len++
}

// in tells whether k's owner is in a list.
func (k *link[T]) in() bool { return k.on != nil }

// leave takes k's owner out of its list, if it is in one.
func (k *link[T]) leave() {
	l := k.on
	if l == nil {
		return
	}
	if k.prev == nil {
		l.first = k.next
	} else {
		k.prev.next = k.next
	}
	if k.next == nil {
		l.last = k.prev
	} else {
		k.next.prev = k.prev
	}
	l.len--
	*k = link[T]{}
}
