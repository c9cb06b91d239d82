/** Looks like Slack; no file from elsewhere, light and dark. */
export const STYLES = `
@font-face { font-family:"Burnwatch Inter"; font-weight:400; src:url(/fonts/Inter-Regular.ttf); }
@font-face { font-family:"Burnwatch Inter"; font-weight:600 900; src:url(/fonts/Inter-SemiBold.ttf); }
:root { color-scheme: light; --bg:#fff; --ink:#1d1c1d; --muted:#616061; --line:#e3e3e3; --hover:#f8f8f8; --code:#e01e5a; --code-bg:#f6f6f6; --link:#1264a3; --nav:#3f1140; --nav-ink:#d9c9da; --nav-current:#1164a3; --top:#350d36; --button:#fff; --badge:#e8e8e8; --mention:#e8f5fa; --primary:#007a5a; }
[data-theme=dark] { color-scheme: dark; --bg:#1a1d21; --ink:#d1d2d3; --muted:#ababad; --line:#35373b; --hover:#222529; --code:#e8912d; --code-bg:#232529; --link:#1d9bd1; --nav:#19171d; --nav-ink:#c9c9ca; --nav-current:#1164a3; --top:#121016; --button:#222529; --badge:#35373b; --mention:#14333f; --primary:#007a5a; }
@media (prefers-color-scheme: dark) { [data-theme=auto] { color-scheme: dark; --bg:#1a1d21; --ink:#d1d2d3; --muted:#ababad; --line:#35373b; --hover:#222529; --code:#e8912d; --code-bg:#232529; --link:#1d9bd1; --nav:#19171d; --nav-ink:#c9c9ca; --top:#121016; --button:#222529; --badge:#35373b; --mention:#14333f; } }
* { box-sizing:border-box; }
html,body { margin:0; height:100%; }
body { display:flex; flex-direction:column; background:var(--bg); color:var(--ink); font:15px/1.46668 Lato,"Burnwatch Inter","Helvetica Neue","Segoe UI",Roboto,Arial,"Liberation Sans","DejaVu Sans",sans-serif; }
.top { background:var(--top); color:#fff; padding:8px 16px; display:flex; justify-content:space-between; font-weight:700; font-size:14px; }
.top small { font-weight:400; opacity:.7; }
.columns { flex:1; display:flex; min-height:0; }
nav { width:236px; flex:none; background:var(--nav); color:var(--nav-ink); padding:8px 8px 16px; overflow:auto; font-size:14px; }
nav h2 { font-size:12px; font-weight:600; margin:14px 8px 4px; opacity:.75; }
nav a { display:block; color:inherit; text-decoration:none; padding:3px 10px; border-radius:6px; white-space:nowrap; overflow:hidden; text-overflow:ellipsis; }
nav a.current { background:var(--nav-current); color:#fff; }
nav i { padding:3px 10px; opacity:.6; font-size:13px; }
.app { margin:18px 8px 0; font-size:12px; opacity:.85; }
.app span { display:inline-block; width:8px; height:8px; border-radius:4px; margin-right:6px; background:#888; }
.app span.on { background:#2bac76; }
main { flex:1; display:flex; min-width:0; }
section.channel { flex:1; min-width:0; display:flex; flex-direction:column; }
section.thread { width:440px; flex:none; border-left:1px solid var(--line); display:flex; flex-direction:column; }
section > header { display:flex; align-items:baseline; gap:12px; padding:10px 20px; border-bottom:1px solid var(--line); }
section > header h1 { font-size:18px; margin:0; line-height:1.3; }
section > header span { color:var(--muted); font-size:13px; flex:1; white-space:nowrap; overflow:hidden; text-overflow:ellipsis; }
section > header a { color:var(--muted); text-decoration:none; }
.messages { flex:1; overflow:auto; padding:8px 0 24px; }
.message { display:flex; gap:8px; padding:8px 20px; }
.message:hover { background:var(--hover); }
.message.ephemeral { background:var(--mention); }
.avatar { width:36px; height:36px; flex:none; margin-top:3px; }
.avatar.small { width:20px; height:20px; margin:0; }
.body { min-width:0; flex:1; max-width:720px; }
.author { display:flex; align-items:baseline; gap:6px; }
.author b { font-weight:800; }
.badge { font-size:10px; font-weight:700; background:var(--badge); color:var(--muted); border-radius:2px; padding:1px 3px; align-self:center; }
.author time { color:var(--muted); font-size:12px; }
h3 { font-size:18px; line-height:1.35; margin:6px 0 6px; overflow-wrap:anywhere; }
.section,.context,.actions,figure { margin:6px 0; overflow-wrap:anywhere; }
.section.with-accessory { display:flex; gap:16px; justify-content:space-between; align-items:flex-start; }
.fields { display:grid; grid-template-columns:1fr 1fr; gap:10px 16px; margin-top:4px; }
.fields > div { min-width:0; }
.context { display:flex; flex-wrap:wrap; gap:2px 10px; color:var(--muted); font-size:12.500px; }
.context > div { min-width:0; }
.actions { display:flex; flex-wrap:wrap; gap:8px; }
.button { font:700 13px/1.3 inherit; font-family:inherit; color:var(--ink); background:var(--button); border:1px solid var(--line); border-color:color-mix(in srgb,var(--ink) 30%,transparent); border-radius:6px; padding:6px 12px; cursor:pointer; }
.button.primary { background:var(--primary); border-color:var(--primary); color:#fff; }
.button.danger { background:#e01e5a; border-color:#e01e5a; color:#fff; }
.button.busy { opacity:.5; }
.menu { position:relative; }
.menu summary { list-style:none; border:1px solid color-mix(in srgb,var(--ink) 30%,transparent); border-radius:6px; padding:5px 10px; cursor:pointer; font-size:13px; background:var(--button); }
.menu .entries { position:absolute; bottom:calc(100% + 4px); left:0; z-index:2; background:var(--bg); border:1px solid var(--line); border-radius:8px; padding:6px 0; min-width:190px; box-shadow:0 4px 14px rgb(0 0 0 / .18); }
.menu .entries button { display:block; width:100%; text-align:left; font:inherit; color:inherit; background:none; border:0; padding:5px 16px; cursor:pointer; }
.menu .entries button:hover { background:var(--nav-current); color:#fff; }
code { font:12px/1.5 Monaco,Menlo,Consolas,"Liberation Mono","DejaVu Sans Mono",monospace; color:var(--code); background:var(--code-bg); border:1px solid var(--line); border-radius:3px; padding:2px 3px 1px; }
pre { font:12px/1.5 Monaco,Menlo,Consolas,"Liberation Mono","DejaVu Sans Mono",monospace; background:var(--code-bg); border:1px solid var(--line); border-radius:4px; padding:8px; margin:4px 0; white-space:pre-wrap; overflow-wrap:anywhere; }
blockquote { margin:2px 0; padding-left:12px; border-left:4px solid var(--line); }
hr { border:0; border-top:1px solid var(--line); margin:10px 0; }
a { color:var(--link); text-decoration:none; }
.mention { background:var(--mention); color:var(--link); border-radius:3px; padding:0 2px; }
.mention.loud { background:#fcf4da; color:#7a5c00; }
.image-title { font-size:13px; color:var(--muted); margin-bottom:4px; }
figure { margin-left:0; margin-right:0; }
figure img,.body > img { max-width:100%; max-height:400px; border-radius:8px; border:1px solid var(--line); display:block; background:#fff; }
.context img { width:20px; height:20px; border-radius:2px; }
.accessory img { width:88px; height:88px; object-fit:cover; border-radius:8px; }
.attachment { border-left:4px solid #ddd; border-radius:4px; padding-left:12px; margin:6px 0; }
.replies { display:inline-flex; gap:8px; align-items:center; margin-top:4px; padding:3px 6px 3px 2px; font-size:13px; border-radius:6px; }
.replies span { color:var(--muted); }
.edited,.hint { color:var(--muted); font-size:12px; }
.edited { margin-right:8px; }
.hint { margin-bottom:2px; }
.day,.divide { display:flex; align-items:center; margin:10px 20px 4px; color:var(--muted); font-size:13px; }
.day { justify-content:center; font-weight:700; color:var(--ink); }
.day:before,.day:after,.divide:after { content:""; flex:1; border-top:1px solid var(--line); }
.day span { border:1px solid var(--line); border-radius:24px; padding:2px 14px; }
.divide span { margin-right:10px; }
.dot { width:1em; height:1em; vertical-align:-.12em; }
.empty { color:var(--muted); padding:20px; }
.dialog { position:fixed; top:12vh; left:50%; transform:translateX(-50%); z-index:4; width:min(520px,calc(100vw - 24px)); max-height:80vh; overflow:auto; background:var(--bg); border-radius:8px; padding:20px 24px; box-shadow:0 0 0 1px var(--line),0 18px 48px rgb(0 0 0 / .35),0 0 0 100vmax rgb(0 0 0 / .5); }
.dialog h2 { margin:0 0 8px; font-size:22px; }
.dialog .field { display:block; margin:16px 0; }
.dialog .field b { display:block; margin-bottom:6px; }
.dialog input,.dialog textarea { width:100%; font:inherit; color:inherit; background:var(--bg); border:1px solid color-mix(in srgb,var(--ink) 40%,transparent); border-radius:4px; padding:8px 12px; }
.dialog .error { color:#e01e5a; font-size:13px; }
.dialog-end { display:flex; justify-content:flex-end; gap:12px; }
#toast { position:fixed; bottom:24px; left:50%; transform:translateX(-50%); background:#1d1c1d; color:#fff; border-radius:8px; padding:10px 16px; opacity:0; transition:opacity .2s; pointer-events:none; }
#toast.shown { opacity:1; }
@media (max-width:760px) { nav { display:none; } section.thread { width:100%; } main:has(.thread) section.channel { display:none; } .fields { grid-template-columns:1fr; } }
`;
