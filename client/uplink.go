// uplink.go: the POSTs of an SSE or polling attachment, one at a time.

package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/everwire/everwire/engine/eio"
)

const (
	postTries   = 3
	postPackets = 500      // in one body; servers refuse more than 1,000
	postEvents  = 64 << 10 // bytes of events in one body, if they are not larger each
)

// post is one POST. It may be made again: the server knows its messages by their
// numbers.
type post struct {
	query string
	body  []byte
	upTo  int64 // the number of the last message in it
	tries int
	wait  time.Duration // for one try
	last  bool          // it ends the session
}

// uplink is a goroutine of the attachment: it sends what waits by POST. It ends
// with the attachment, and may block on the network and on having nothing to send.
func (a *attachment) uplink() {
	for {
		p := a.nextPost()
		if p == nil {
			select {
			case <-a.wake:
				continue
			case <-a.ctx.Done():
				return
			}
		}
		err := a.s.c.post(a.ctx, &a.http, p)
		if p.last {
			a.cancel()
			return
		}
		a.posted(p, err)
		if err != nil {
			return
		}
	}
}

// nextPost makes a POST of what waits; nil if nothing does.
func (a *attachment) nextPost() *post {
	c, s := a.s.c, a.s
	c.mu.Lock()
	defer c.mu.Unlock()
	if a.dead && !a.leaving || !a.opened {
		return nil
	}
	packets := a.control()
	p := &post{tries: 1, wait: s.interval + s.timeout, query: sessionQuery(a.transport, s.sid)}
	switch {
	case !s.stock:
		p.tries, p.wait = postTries, s.patience()
		p.query = resumeQuery(a.transport, s.sid) + "&at=" + itoa(a.k)
		if a.writable() {
			p.take(s, &packets)
		}
	case a.writable() && len(packets) == 0: // together they might be too large
		packets = s.unnumbered(min(postEvents, s.limit()))
	}
	if a.leaving && s.nothingLeft() && len(packets) == 0 {
		packets = append(packets, eio.Packet{Type: eio.Close})
		p.last = true
	}
	if len(packets) == 0 {
		return nil
	}
	p.encode(packets)
	a.posting = true
	return p
}

// take adds messages to a POST, from the oldest that is not acknowledged.
func (p *post) take(s *session, packets *[]eio.Packet) {
	if len(s.out.kept) == 0 {
		s.number(postEvents)
	}
	size, n := int64(0), 0
	for _, p := range *packets {
		size += int64(p.Len() + 1)
	}
	for _, m := range s.out.kept {
		size += int64(m.Len() + 1)
		if n == postPackets || size-1 > s.limit() || n > 0 && size > postEvents {
			break
		}
		n++
	}
	if n > 0 {
		p.query += "&n=" + itoa(s.out.base+1)
		*packets = append(*packets, s.out.kept[:n]...)
	}
	p.upTo = s.out.base + int64(n)
}

func (p *post) encode(packets []eio.Packet) {
	for i, packet := range packets {
		if i > 0 {
			p.body = append(p.body, eio.Separator)
		}
		p.body = eio.Append(p.body, packet)
	}
}

// limit is the size of a body that the server takes.
func (s *session) limit() int64 {
	if s.maxPayload <= 0 {
		return maxIncoming
	}
	return s.maxPayload
}

// posted takes the result of a POST.
func (a *attachment) posted(p *post, err error) {
	c, s := a.s.c, a.s
	c.mu.Lock()
	defer c.mu.Unlock()
	a.posting = false
	switch {
	case a.dead || s.over:
	case err != nil:
		s.gone(a, err)
	case !s.stock:
		a.moved = a.moved || p.upTo > s.out.base
		s.acknowledged(p.upTo)
	}
}

// post makes a POST until it is answered, or its tries are over. A try that takes
// too long is given up, although the server may still be at it.
func (c *Client) post(ctx context.Context, h *http.Client, p *post) (err error) {
	for try := range p.tries {
		if try > 0 && !sleep(ctx, tryPause<<try) {
			return transportError(ctx.Err())
		}
		if err = c.postOnce(ctx, h, p); err == nil {
			return nil
		}
		if l, ok := err.(*lost); !ok || errors.Is(l.err, errAnswered) {
			return err
		}
	}
	return err
}

// errAnswered is wrapped by errors of POSTs that are not made again.
var errAnswered = errors.New("refused")

func (c *Client) postOnce(ctx context.Context, h *http.Client, p *post) error {
	ctx, cancel := context.WithTimeout(ctx, p.wait)
	defer cancel()
	resp, err := c.request(ctx, h, http.MethodPost, p.query, bytes.NewReader(p.body))
	if err != nil {
		return err
	}
	body, err := readAnswer(resp)
	switch {
	case err == nil && string(body) == "ok":
		return nil
	case err == nil:
		err = transportError(fmt.Errorf("%w: answer %.60q", errAnswered, body))
	case resp.StatusCode == http.StatusRequestEntityTooLarge:
		err = &refusal{why: TransportError, err: err} // numbered messages cannot be left out
	case resp.StatusCode != http.StatusOK:
		if l, ok := err.(*lost); ok {
			l.err = fmt.Errorf("%w: %w", errAnswered, l.err)
		}
	}
	return err
}
