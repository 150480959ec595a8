// Package sim is a network for deterministic simulation: in-memory connections that behave like TCP ones, with faults
// that are drawn from a seed. It is used within a bubble of testing/synctest, so that hours pass in milliseconds, and
// the same seed brings the same faults at the same instants.
//
//	synctest.Test(t, func(t *testing.T) {
//		n := sim.New(sim.Config{Seed: 7, Weather: sim.Storm(), Until: 30 * time.Second})
//		go web.Serve(n.Listen("server"))
//		conn, err := n.Dial(ctx, "client", "server")
//	})
//
// # What makes a run repeat itself
//
// Goroutines that are ready at the same instant run in any order. So nothing may depend on that order:
//
//   - Each connection and direction has a source of random numbers of its own, never a shared one. A connection is
//     known by its node, by what it begins with ("GET polling", "websocket"), and by its number among those: several
//     may be dialed in one instant.
//   - A direction draws once for all that is written in one instant, however many writes that are.
//   - Instants are drawn to the nanosecond, so that no two bytes of different connections arrive at the same one.
//     Actors that act by the clock should do likewise.
//   - Reads and writes look at what is before they wait, in a fixed order: when two things happen at one instant, it
//     does not matter which wakes them.
//   - HTTP servers must have keep-alive off. With it, which of two requests of one instant gets the idle connection
//     would depend on the order; and what befalls a request, its loss, repetition or delay, befalls its connection.
//
// Only times and lengths are traced, not bytes: WebSocket clients mask with random numbers that cannot be seeded.
//
// Without weather (a zero [Weather] that never ends) it is the network of everwiretest: nothing is drawn, nothing takes
// time, and it works outside of bubbles too. Cut, Hold and Shut are for tests that strike by hand, in any weather.
//
// Nothing here starts a goroutine: deliveries are timers. A mutex is never held over anything that waits.
package sim
