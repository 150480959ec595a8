// guest_test.go: the guest draws once, and leaves.

package app

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

// invite has a guest who comes with the first page. The test has them leave.
func invite(t *testing.T, w *whiteboard) context.CancelFunc {
	ctx, leave := context.WithCancel(t.Context())
	w.guest = &guest{w: w, ctx: ctx}
	t.Cleanup(func() { leave(); w.guest.done.Wait() })
	return leave
}

func names(w *whiteboard) (list []string) {
	for _, p := range w.people.rename("", "").Here {
		list = append(list, p.Name)
	}
	return list
}

func TestGuestDrawsABoat(t *testing.T) {
	everywhere(t, func(t *testing.T, w *whiteboard, arrive func(string) *page) {
		invite(t, w)
		ann := arrive("ann")
		first := ann.drawn.Next(t)
		assert.Equal(t, "guest 0", first.ID)
		assert.Len(t, first.Points, 2*guestStep)
		assert.Equal(t, guestID, ann.hands.Next(t).Who)
		assert.Equal(t, []string{"ann", guestName}, names(w))

		time.Sleep(15 * time.Second) // in the bubble
		synctest.Wait()
		assert.Equal(t, []string{"ann"}, names(w))
		all := w.sheet.all()
		assert.Len(t, all, len(boat()))
		for i, line := range boat() {
			assert.Equal(t, line.Points, all[i].Points)
		}
		arrive("ben")
		synctest.Wait()
		assert.Equal(t, []string{"ann", "ben"}, names(w), "the guest comes once")
	})
}

func TestGuestLeaves(t *testing.T) {
	for name, disturb := range map[string]func(w *whiteboard, leave func()){
		"when the drawing is erased": func(w *whiteboard, _ func()) { w.sheet.erase([]string{"guest 0"}) },
		"when it closes":             func(_ *whiteboard, leave func()) { leave() },
	} {
		t.Run(name, func(t *testing.T) {
			everywhere(t, func(t *testing.T, w *whiteboard, arrive func(string) *page) {
				leave := invite(t, w)
				arrive("ann").drawn.Next(t)
				disturb(w, leave)
				time.Sleep(2 * guestPace) // in the bubble
				synctest.Wait()
				assert.Equal(t, []string{"ann"}, names(w))
			})
		})
	}
}
