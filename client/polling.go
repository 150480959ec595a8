// polling.go: a run of polling GETs.

package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

const (
	pollTries = 3               // of GETs in a row that failed
	pollGrace = 5 * time.Second // beyond the ping interval, at which the server answers at the latest
	tryPause  = 100 * time.Millisecond
)

// runPolling asks again and again. Only the answer to the newest GET is read: the
// one before was given up when it was asked.
func (a *attachment) runPolling() error {
	c := a.s.c
	c.mu.Lock()
	c.spawn(&c.network, a.uplink)
	c.mu.Unlock()
	query, before := a.attachQuery(), a.asked
	for p, failed := int64(0), 0; ; p++ {
		body, err := a.get(query, p == 0)
		var r *refusal
		switch {
		case err == nil:
			failed = 0
			packets, err := parsePayload(body)
			if err != nil {
				return &lost{why: ParseError, err: err}
			}
			if !a.received(before, packets...) {
				return transportError(errEnded)
			}
		case errors.As(err, &r), p == 0, a.isStock():
			return err
		default:
			if failed++; failed == pollTries {
				return err
			}
			if !sleep(a.ctx, tryPause) {
				return err
			}
		}
		if query, before, err = a.nextPoll(p + 1); err != nil {
			return err
		}
	}
}

// nextPoll returns the query of the GET number p of the run, and the number that
// its answer starts after.
func (a *attachment) nextPoll(p int64) (query string, before int64, err error) {
	c, s := a.s.c, a.s
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case !a.opened:
		return "", 0, transportError(errors.New("first answer without OPEN"))
	case s.stock:
		return sessionQuery(Polling, s.sid), 0, nil
	}
	s.told()
	return fmt.Sprintf("%s&at=%d&p=%d&ack=%d", resumeQuery(Polling, s.sid), a.k, p, s.have), s.have, nil
}

func (a *attachment) isStock() bool {
	c := a.s.c
	c.mu.Lock()
	defer c.mu.Unlock()
	return a.s.stock
}

// get makes one GET. The first one has the limit of OPEN.
func (a *attachment) get(query string, first bool) ([]byte, error) {
	ctx := a.ctx
	if !first {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, a.pollWait())
		defer cancel()
	}
	resp, err := a.s.c.request(ctx, &a.http, http.MethodGet, query, nil)
	if err != nil {
		return nil, err
	}
	return readAnswer(resp)
}

func (a *attachment) pollWait() time.Duration {
	c := a.s.c
	c.mu.Lock()
	defer c.mu.Unlock()
	if a.s.stock {
		return a.s.interval + a.s.timeout
	}
	return a.s.interval + pollGrace
}

// request makes an HTTP request of the session through h.
func (c *Client) request(ctx context.Context, h *http.Client, method, query string, body io.Reader) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.url(query), body)
	if err != nil {
		return nil, transportError(err)
	}
	if body == nil {
		// net/http repeats a GET without a body by itself, when a connection that was
		// used before breaks. The answer that broke with it may have held messages, and
		// without resumption those would be missing unnoticed.
		req.Body = io.NopCloser(strings.NewReader(""))
	}
	for k, v := range c.opts.Header {
		req.Header[k] = v
	}
	if host := c.opts.Header.Get("Host"); host != "" {
		req.Host = host
	}
	if body != nil {
		req.Header.Set("Content-Type", "text/plain;charset=UTF-8")
	}
	resp, err := h.Do(req)
	if err != nil {
		return nil, transportError(err)
	}
	return resp, nil
}

// readAnswer reads a whole answer of the session.
func readAnswer(resp *http.Response) ([]byte, error) {
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxIncoming+1))
	switch {
	case err != nil:
		return nil, transportError(err)
	case resp.StatusCode != http.StatusOK:
		return nil, refused(resp.StatusCode, b)
	case len(b) > maxIncoming:
		return nil, transportError(errors.New("answer is too large"))
	}
	return b, nil
}

// sleep waits, and reports whether ctx is still alive.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
