// Package faultproxy is a TCP proxy for tests, between a client and a server under test. It makes connections worse
// than loopback: late, cut, silent, buffered, refused.
//
//	p, err := faultproxy.Listen(faultproxy.Config{
//		Target: addr,
//		Plan: func(c *faultproxy.Conn) faultproxy.Faults {
//			if !strings.Contains(c.RequestLine(), "transport=websocket") {
//				return faultproxy.Faults{}
//			}
//			return faultproxy.Faults{Down: faultproxy.Link{Swallow: faultproxy.AfterHead(10)}}
//		},
//	})
//	defer p.Close()
//	p.SetRoundTrip(40 * time.Millisecond)
//	stop := p.CutEvery(150 * time.Millisecond)
//	dial(p.Addr())
//
// What no fault says otherwise, one end does and the other end sees: half-closes and resets are passed on, behind the
// bytes sent before them, and an end that does not read makes the other one's writes block.
package faultproxy
