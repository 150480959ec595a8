// eventsource_test.go: a client of server-sent events, as a page has it, with and without resumption.

package proxies

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// An eventSource is the client of one session. It is for one goroutine; what returns an error may run on any, the rest on that
// of the test.
type eventSource struct {
	t      *testing.T
	http   *http.Client
	url    string // of its requests, up to what belongs to the session
	resume bool
	sid    string

	at   int // number of the stream
	have int // number of the last message that came
	sent int // messages that were posted

	answer   *http.Response
	lines    *bufio.Reader
	cancel   context.CancelFunc // of the stream
	packets  []string           // that were read, and are not yet taken
	comments int
}

// patience is for whatever should come at once, on a machine that may have much else to do.
const patience = 20 * time.Second

// newEventSource returns a client that asks for compression, as browsers do. Answers that came compressed are Uncompressed.
func newEventSource(t *testing.T, url string, transport *http.Transport, resume bool) *eventSource {
	t.Cleanup(transport.CloseIdleConnections)
	c := &eventSource{t: t, http: &http.Client{Transport: transport}, url: url + "/socket.io/?EIO=4&transport=sse", resume: resume}
	if resume {
		c.url += "&resume=1"
	}
	t.Cleanup(c.cut)
	return c
}

// open opens a session and joins the main namespace.
func (c *eventSource) open() {
	c.t.Helper()
	require.NoError(c.t, c.stream("", patience))
	c.opened()
	c.join()
}

// join joins the main namespace.
func (c *eventSource) join() {
	c.t.Helper()
	c.post("40")
	packet, err := c.next(patience)
	require.NoError(c.t, err)
	require.Equal(c.t, `40{"sid"`, packet[:8])
}

// opened reads OPEN.
func (c *eventSource) opened() {
	c.t.Helper()
	packet, err := c.next(patience)
	require.NoError(c.t, err)
	var handshake struct{ SID string }
	require.NoError(c.t, json.Unmarshal([]byte(packet[1:]), &handshake), packet)
	c.sid = "&sid=" + handshake.SID
}

// attach begins the next stream of the session, after the last message that came.
func (c *eventSource) attach() {
	c.t.Helper()
	c.cut()
	c.at++
	require.NoError(c.t, c.stream(fmt.Sprintf("&at=%d&ack=%d", c.at, c.have), patience))
	c.opened()
}

// stream begins a stream. If nothing of the answer comes in time, it is an error.
func (c *eventSource) stream(query string, wait time.Duration) error {
	ctx, cancel := context.WithCancel(c.t.Context())
	late := time.AfterFunc(wait, cancel)
	defer late.Stop()
	r, err := http.NewRequestWithContext(ctx, "GET", c.url+c.sid+query, nil)
	require.NoError(c.t, err)
	r.Header.Set("Accept", "text/event-stream")
	res, err := c.http.Do(r)
	if err != nil {
		cancel()
		return err
	}
	c.answer, c.lines, c.cancel, c.packets = res, bufio.NewReader(res.Body), cancel, nil
	require.Equal(c.t, "text/event-stream; charset=utf-8", res.Header.Get("Content-Type"), "status %d", res.StatusCode)
	return nil
}

// cut ends the stream.
func (c *eventSource) cut() {
	if c.answer != nil {
		c.cancel()
		_ = c.answer.Body.Close() // it may have ended
	}
}

// next returns the next packet that is no ping, and answers those. What takes longer ends the stream.
func (c *eventSource) next(wait time.Duration) (string, error) {
	late := time.AfterFunc(wait, c.cancel)
	defer late.Stop()
	for {
		if len(c.packets) == 0 {
			data, err := c.event()
			if err != nil {
				return "", err
			}
			c.packets = strings.Split(data, "\x1e")
		}
		packet := c.packets[0]
		c.packets = c.packets[1:]
		if packet != "2" {
			return packet, nil
		}
		if _, err := c.tryPost(patience, "3"); err != nil {
			return "", err
		}
	}
}

// event returns the payload of the next event.
func (c *eventSource) event() (string, error) {
	var name, data string
	for {
		line, err := c.lines.ReadString('\n')
		if err != nil {
			return "", err
		}
		line = strings.TrimSuffix(line, "\n")
		field, value, _ := strings.Cut(line, ": ")
		switch {
		case strings.HasPrefix(line, ":"):
			c.comments++
		case field == "event":
			name = value
		case field == "data":
			data = value
		case field == "id":
			if c.have, err = strconv.Atoi(value); err != nil {
				return "", err
			}
		case name == "x":
			return "", fmt.Errorf("refused: %s", data)
		case name == "e":
			var payload string
			return payload, json.Unmarshal([]byte(data), &payload)
		case data != "":
			return data, nil
		}
	}
}

// post sends packets, which the server must take.
func (c *eventSource) post(packets ...string) {
	c.t.Helper()
	a, err := c.tryPost(patience, packets...)
	require.NoError(c.t, err)
	require.Equal(c.t, "ok", a.body, a.status)
}

func (c *eventSource) tryPost(wait time.Duration, packets ...string) (answer, error) {
	query, messages := c.sid, 0
	for _, p := range packets {
		if p[0] == '4' || p[0] == 'b' {
			messages++
		}
	}
	if c.resume {
		query += fmt.Sprintf("&at=%d", c.at)
		if messages > 0 {
			query += fmt.Sprintf("&n=%d", c.sent+1)
		}
	}
	ctx, cancel := context.WithTimeout(c.t.Context(), wait)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, "POST", c.url+query, strings.NewReader(strings.Join(packets, "\x1e")))
	if err != nil {
		return answer{}, err
	}
	r.Header.Set("Content-Type", "text/plain;charset=UTF-8")
	res, err := c.http.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if string(body) == "ok" {
		c.sent += messages
	}
	return answer{res.Proto, res.StatusCode, string(body)}, err
}

// askTicks has the server send n numbered events.
func (c *eventSource) askTicks(n int, period time.Duration) {
	c.t.Helper()
	c.post(fmt.Sprintf(`42["ticks",%d,%d]`, n, period.Milliseconds()))
}

// tick reads the next of them, which must have that number, and returns how late it is.
func (c *eventSource) tick(number int, wait time.Duration) (time.Duration, error) {
	packet, err := c.next(wait)
	if err != nil {
		return 0, err
	}
	now := time.Since(epoch)
	var i, sent int
	if _, err = fmt.Sscanf(packet, `42["tick",%d,%d]`, &i, &sent); err != nil || i != number {
		return 0, fmt.Errorf("%s instead of event %d", packet, number)
	}
	return now - time.Duration(sent)*time.Microsecond, nil
}

// ticks reads so many of them.
func (c *eventSource) ticks(n int) (l lateness, err error) {
	for i := range n {
		late, err := c.tick(i, patience)
		if err != nil {
			return nil, fmt.Errorf("event %d: %w", i, err)
		}
		l = append(l, late)
	}
	slices.Sort(l)
	return l, nil
}

// lateness is how late the events of a stream came, in ascending order.
type lateness []time.Duration

// p returns the lateness that so many percent of the events did not exceed.
func (l lateness) p(percent int) time.Duration { return l[(len(l)*percent+99)/100-1] }

func (l lateness) String() string {
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	return fmt.Sprintf("%7.1f %7.1f %7.1f", ms(l.p(50)), ms(l.p(99)), ms(l.p(100)))
}

// A course is the measurement of a stream.
type course struct {
	*eventSource
	limit time.Duration // for 99 of 100 events on a machine that does nothing else
	late  lateness
	idle  lateness // of a bare connection at the same time: what the machine adds by itself
}

// checkLate demands the limit, and more time where a bare connection needed it too: events pass through several processes.
func (c *course) checkLate(t *testing.T) {
	t.Helper()
	assert.LessOrEqual(t, c.late.p(50), c.limit, "p50")
	assert.LessOrEqual(t, c.late.p(99), c.limit+10*c.idle.p(99), "p99, while a bare connection had %v", c.idle.p(99))
}

// measure has n events sent on each stream, up to three times on those that exceed their limit: what holds events back does so
// each time, a machine that has much else to do does not.
func measure(t *testing.T, all []*course, n int, period time.Duration) {
	t.Helper()
	for range 3 {
		var wg sync.WaitGroup
		errs := make([]error, len(all)+1)
		var idle lateness
		wg.Go(func() { idle, errs[len(all)] = bareTicks(n, period) })
		var measured []*course
		for i, c := range all {
			if c.late == nil || c.late.p(99) > c.limit {
				measured = append(measured, c)
				c.askTicks(n, period)
				wg.Go(func() { c.late, errs[i] = c.ticks(n) })
			}
		}
		wg.Wait()
		require.NoError(t, errors.Join(errs...))
		for _, c := range measured {
			c.idle = idle
		}
	}
}

// bareTicks returns how late n ticks come over a connection with nothing on its way.
func bareTicks(n int, period time.Duration) (l lateness, err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	defer listener.Close()
	go func() { // ends when all is sent, or with the listener
		nc, err := listener.Accept()
		if err != nil {
			return
		}
		defer nc.Close()
		clock := time.NewTicker(period)
		defer clock.Stop()
		for range n {
			<-clock.C
			if binary.Write(nc, binary.BigEndian, time.Since(epoch)) != nil {
				return
			}
		}
	}()
	nc, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		return nil, err
	}
	defer nc.Close()
	for range n {
		var sent time.Duration
		if err := binary.Read(nc, binary.BigEndian, &sent); err != nil {
			return nil, err
		}
		l = append(l, time.Since(epoch)-sent)
	}
	slices.Sort(l)
	return l, nil
}
