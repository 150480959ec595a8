// Package everwiretest tests applications of Everwire: the real server and real
// clients, over a network in memory.
//
//	func TestChat(t *testing.T) {
//		synctest.Test(t, func(t *testing.T) {
//			srv := everwiretest.Start(t, newChat(everwire.Config{Logger: everwiretest.Logger(t)}))
//			ann, bob := srv.Connect(t), srv.Connect(t, everwiretest.Over(client.Polling))
//			inbox := everwiretest.Collect(bob, Chat)
//			require.NoError(t, Chat.Emit(ann, Message{Text: "hello"}))
//			require.Equal(t, "hello", inbox.Next(t).Text)
//		})
//	}
//
// [Start] serves any handler that has a server in it: an [everwire.Server], or a
// router where one is mounted. [Server.Connect] returns a [Client], which is a
// [client.Client] with all its methods. Nothing listens on a port, and nothing is
// replaced: HTTP, all transports, sessions and namespaces are those of production.
//
// # Time
//
// All of it runs inside and outside of bubbles of testing/synctest. In a bubble,
// which server and clients must be made in, time is virtual: heartbeats, timeouts
// and back-off cost nothing, and since the network takes no time, all that was sent
// has arrived and was handled when synctest.Wait returns. Outside of a bubble use
// what waits: what does here waits 10 s at most, in a bubble 10 virtual minutes, and
// then fails the test.
//
// # Waiting
//
// [Collect] keeps the events of one name: [Inbox.Next], [Inbox.Await] and
// [Inbox.None] wait for them or demand that there are none. [WaitRoom] and
// [SocketOf] look at the server's side, [Eventually] at anything. Their failures end
// the test, so that they must be called on its goroutine.
//
// # Trouble
//
// [Line] has what can befall a client: its connections are cut, it is offline,
// everything stands still, or it does not read any more. Move, a method of every
// client, changes its transport.
//
//	c.Cut()      // the session survives, unless the client has NoResume
//	c.Offline()  // the same, and stays away until c.Resume()
//
// [Server.Stock] is a client that says and hears packets as they are on the wire, as
// the official clients do. [Logger] fails the test for errors that are logged.
//
// # The end
//
// Clients and servers end with their test, in the reverse order of their making. The
// test fails when they do not: when a handler has not returned, or a goroutine of the
// server is left.
package everwiretest
