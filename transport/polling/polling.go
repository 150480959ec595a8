// Package polling is the HTTP long-polling transport of Engine.IO: the server
// holds a GET until it has something to send, and the client sends by POST.
//
// Between polls a session costs memory, but no goroutine.
package polling

import (
	"net/http"
	"strconv"
	"sync"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/internal/downlink"
	"github.com/everwire/everwire/transport/internal/uplink"
)

// maxAnswer is how many packets an answer holds. python-engineio refuses more.
const maxAnswer = 16

// Transport implements [engine.Transport]. Use [New].
type Transport struct {
	maxPayload int64
	compress   int // bytes from which on an answer is compressed; 0: none is
}

var _ engine.Transport = (*Transport)(nil)

// New returns the transport. maxPayload is the largest POST body in bytes.
func New(maxPayload int64) *Transport { return &Transport{maxPayload: maxPayload} }

// NewCompressing returns a transport that compresses answers of threshold bytes and
// more, as gzip or deflate, for the clients that take it. Answers all of whose messages
// have the trait NoCompress stay as they are.
func NewCompressing(maxPayload int64, threshold int) *Transport {
	return &Transport{maxPayload: maxPayload, compress: max(threshold, 1)}
}

// Name implements [engine.Transport].
func (t *Transport) Name() string { return engine.Polling }

// Refuse implements [engine.Transport].
func (t *Transport) Refuse(w http.ResponseWriter, _ *http.Request, e *engine.Error) {
	uplink.Refuse(w, e)
}

// ServeSession implements [engine.Transport].
func (t *Transport) ServeSession(w http.ResponseWriter, r *http.Request, s *engine.Session) {
	if r.Method == http.MethodPost {
		uplink.Post(w, r, s, t.maxPayload)
		return
	}
	if err := t.poll(w, r, s); err != nil {
		t.Refuse(w, r, engine.AsError(err))
	}
}

var plain = []string{"text/plain; charset=UTF-8"}

// batch is a batch and the memory to write it from.
type batch struct {
	engine.Batch
	body []byte
}

// keepBody is the largest answer whose memory is used again.
const keepBody = 64 << 10

var batches = sync.Pool{New: func() any { return &batch{Batch: engine.Batch{MaxPackets: maxAnswer}} }}

// poll answers a GET with what the session has to send, or waits for it. A client
// that goes away meanwhile ends the session: it may have lost an answer.
func (t *Transport) poll(w http.ResponseWriter, r *http.Request, s *engine.Session) error {
	c, err := s.Attach(r, nil)
	if err != nil {
		return err
	}
	out := downlink.New(w)
	s.HintCut(r, false, out.Hidden())
	b := batches.Get().(*batch)
	b.MaxBytes = int(t.maxPayload)
	err = c.Next(r.Context(), &b.Batch)
	if err == nil {
		b.body = b.AppendPayload(b.body[:0])
		uplink.SetHeader(w, r, plain)
		if t.compress > 0 && len(b.body) >= t.compress {
			b.encode(w.Header(), r)
		}
		if len(b.body) > 2048 { // net/http counts shorter ones itself
			w.Header()["Content-Length"] = []string{strconv.Itoa(len(b.body))}
		}
		err = out.Write(b.body)
	}
	c.Release(err)
	if cap(b.body) > keepBody {
		b.body = nil
	}
	clear(b.Messages)
	batches.Put(b)
	return nil
}
