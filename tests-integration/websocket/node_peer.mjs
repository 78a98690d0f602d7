// Node as a peer: its built-in WebSocket (undici) or the package ws, given as a path.
//   call URL [WS]   checks that messages come back and says what it saw, as JSON
//   serve WS BITS   echoes on a free port, whose number is the first line; ends with standard input
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const [task, where, third] = process.argv.slice(2);

const SENT = [
  "plain", "h\u00e4l \u{1F600}", "", "x".repeat(100000), "json ".repeat(20000),
  new Uint8Array([0, 255, 7]), new Uint8Array(1000000).fill(5), new Uint8Array(0),
];

function same(sent, got) {
  if (typeof sent === "string") return sent === got;
  return got instanceof ArrayBuffer && Buffer.from(got).equals(Buffer.from(sent));
}

function call(url, Socket) {
  const socket = new Socket(url, ["none", "echo"]);
  socket.binaryType = "arraybuffer";
  const got = [];
  socket.onopen = () => SENT.forEach((message) => socket.send(message));
  socket.onmessage = (event) => {
    got.push(event.data);
    if (got.length === SENT.length) socket.close(4001, "thanks");
  };
  socket.onerror = (event) => console.error(event.message ?? event.type);
  socket.onclose = (event) =>
    console.log(JSON.stringify({
      equal: SENT.map((message, index) => same(message, got[index])),
      protocol: socket.protocol,
      extensions: socket.extensions,
      code: event.code,
      clean: event.wasClean,
    }));
}

function serve(ws, bits) {
  // A window that is asked for by name makes ws refuse clients that want a smaller one.
  const window = bits === 15 ? {} : { serverMaxWindowBits: bits };
  const perMessageDeflate = bits ? { threshold: 0, ...window } : false;
  const server = new ws.WebSocketServer({
    host: "127.0.0.1", port: 0, perMessageDeflate,
    handleProtocols: (names) => (names.has("echo") ? "echo" : false),
  });
  server.on("listening", () => console.log(server.address().port));
  server.on("connection", (socket) => {
    socket.on("message", (data, binary) => {
      socket.ping("are you there");
      socket.send(data, { binary });
    });
    socket.on("pong", (data) => { if (String(data) !== "are you there") socket.close(4009); });
    socket.on("error", () => {});
  });
  process.stdin.on("end", () => process.exit());
  process.stdin.resume();
}

if (task === "call") call(where, third ? require(third).WebSocket : WebSocket);
else serve(require(where), Number(third));
