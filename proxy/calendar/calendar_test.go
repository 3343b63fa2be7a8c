package calendar

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestTheCalendarBeginsWhenItIsTold(t *testing.T) {
	now := time.Now()
	if got := lead("", now); got != 0 {
		t.Errorf("without a start it is %v ahead", got)
	}
	if got := now.Add(lead("2028-02-29T00:00:00", now)); !got.Equal(time.Date(2028, 2, 29, 0, 0, 0, 0, time.Local)) {
		t.Errorf("it begins at %v", got)
	}
	if at, err := time.ParseInLocation(startForm, start, time.Local); err == nil && !Of(began).Equal(at) {
		t.Errorf("it began at %v, not %v", Of(began), at)
	}
	if first, second := Now(), Now(); second.Before(first) {
		t.Errorf("%v, then %v", first, second)
	}
}

func TestABubbleHasItsOwnClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if now := time.Now(); !Now().Equal(now) {
			t.Errorf("%v, not %v", Now(), now)
		}
	})
}
