// CommonJS, with the compiler's own form of require.

import sio = require("PACKAGE");
import { io as connect } from "PACKAGE";

const socket: sio.Socket = sio.io("https://old.example", { transports: ["polling"] });
const other: sio.Socket = sio.connect("/other");
const manager: sio.Manager = new sio.Manager({ autoConnect: false });
socket.on("news", (text: string) => console.log(text, other.id, manager.opts.path));
connect("/named").emit("x");
