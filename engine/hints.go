// hints.go: what the operator is told of mistakes that clients only notice as failures.

package engine

import (
	"sync"
	"time"
)

// hintEvery is how often one hint is logged at most: clients try again and again.
const hintEvery = time.Minute

// hints knows when each was logged last.
type hints struct {
	mu     sync.Mutex // guards logged
	logged map[string]time.Duration
}

// due reports whether text is to be logged now.
func (h *hints) due(text string, now time.Duration) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	last, before := h.logged[text]
	if before && now-last < hintEvery {
		return false
	}
	if h.logged == nil {
		h.logged = make(map[string]time.Duration)
	}
	h.logged[text] = now
	return true
}

// hint logs a warning, each text once a minute at most; text is a constant.
func (srv *Server) hint(text string, args ...any) {
	if srv.hints.due(text, srv.now()) {
		srv.cfg.Logger.Warn("everwire: "+text, args...) // handlers of slog quote what needs it
	}
}
