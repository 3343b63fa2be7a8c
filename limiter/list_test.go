package limiter

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestAListKeepsOrderWhileElementsLeaveAnywhere(t *testing.T) {
	type element struct {
		id    int
		place link[element]
	}
	rapid.Check(t, func(t *rapid.T) {
		var l list[element]
		var want []*element
		t.Repeat(map[string]func(*rapid.T){
			"push": func(t *rapid.T) {
				e := &element{id: rapid.Int().Draw(t, "id")}
				l.push(&e.place, e)
				want = append(want, e)
			},
			"leave": func(t *rapid.T) {
				if len(want) == 0 {
					t.Skip("empty")
				}
				i := rapid.IntRange(0, len(want)-1).Draw(t, "index")
				want[i].place.leave()
				if want[i].place.in() {
					t.Fatal("an element that left says it is still in")
				}
				want[i].place.leave() // once more does nothing
				want = slices.Delete(want, i, i+1)
			},
			"": func(t *rapid.T) {
				var forward, backward []*element
				for k := l.first; k != nil; k = k.next {
					forward = append(forward, k.owner)
				}
				for k := l.last; k != nil; k = k.prev {
					backward = append(backward, k.owner)
				}
				slices.Reverse(backward)
				if !slices.Equal(forward, want) || !slices.Equal(backward, want) || l.len != len(want) {
					t.Fatalf("forward %v, backward %v, length %d; want %v", forward, backward, l.len, want)
				}
			},
		})
	})
}
