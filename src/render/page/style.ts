/** How a page looks: light and dark, on a screen and on paper, with no file beside it. */
export const style = `
:root{color-scheme:light dark;--paper:#fff;--ink:#1b1f24;--soft:#57606a;--line:#d0d7de;--bar:#f6f8fa;
--gain:#116329;--gainbar:#dafbe1;--loss:#a40e26;--lossbar:#ffebe9;--warn:#7d4e00;--warnbar:#fff8c5;--link:#0550ae}
@media(prefers-color-scheme:dark){:root{--paper:#0d1117;--ink:#e6edf3;--soft:#9198a1;--line:#3d444d;--bar:#151b23;
--gain:#56d364;--gainbar:#12261e;--loss:#ff7b72;--lossbar:#2d1517;--warn:#e3b341;--warnbar:#272115;--link:#79c0ff}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.45 system-ui,sans-serif}
main{max-width:76rem;margin:0 auto;padding:1.5rem}
h1{font-size:1.5rem;margin:0 0 .25rem}h2{font-size:1.1rem;margin:2rem 0 .5rem}
code,.mono{font:13px/1.45 ui-monospace,monospace}
.facts,.soft{color:var(--soft)}.facts{margin:.25rem 0 0}
.badge{display:inline-block;padding:0 .5rem;border-radius:1rem;font-weight:600;border:1px solid currentColor}
.refuse{color:var(--loss)}.warn{color:var(--warn)}.fine{color:var(--gain)}
.bar{position:sticky;top:0;z-index:1;background:var(--paper);padding:.75rem 0;border-bottom:1px solid var(--line);display:flex;gap:.75rem;align-items:center;flex-wrap:wrap}
input{font:inherit;color:inherit;background:var(--bar);border:1px solid var(--line);border-radius:6px;padding:.35rem .6rem;min-width:18rem}
input:focus-visible,summary:focus-visible,button:focus-visible,a:focus-visible{outline:2px solid var(--link);outline-offset:2px}
ul{list-style:none;margin:0;padding:0}
li[data-row]{display:grid;gap:.25rem 1rem;padding:.3rem .5rem;border-bottom:1px solid var(--line);align-items:start}
.many li[data-row]{content-visibility:auto;contain-intrinsic-size:auto 2.4rem}
li[hidden]{display:none}
.access li{grid-template-columns:1.2rem minmax(8rem,1fr) minmax(5rem,.5fr) 2.5fr 2.5fr}
.changes li{grid-template-columns:1.2rem 5.5rem minmax(10rem,1.4fr) 3fr minmax(8rem,1fr)}
li>*{overflow-wrap:anywhere;min-width:0}
.gain>:first-child,.create>:first-child{color:var(--gain);font-weight:700}
.loss>:first-child,.delete>:first-child{color:var(--loss);font-weight:700}
.vital{background:var(--warnbar)}.vital.gain{background:var(--gainbar)}.vital.loss{background:var(--lossbar)}
.goes{color:var(--loss);text-decoration:line-through}.comes{color:var(--gain)}
button.name{font:inherit;color:var(--link);background:none;border:0;padding:0;cursor:pointer;text-align:left;overflow-wrap:anywhere}
button.name:hover{text-decoration:underline}
details{border:1px solid var(--line);border-radius:6px;margin:.75rem 0}summary{padding:.5rem .75rem;cursor:pointer;background:var(--bar);border-radius:6px}
article{border-left:4px solid var(--line);padding:.25rem 0 .25rem .9rem;margin:.75rem 0}article.refuse{border-color:var(--loss)}article.warn{border-color:var(--warn)}article.fine{border-color:var(--gain)}
article *{color:var(--ink)}article h3{font-size:1rem;margin:0}article p{margin:.25rem 0}
pre{background:var(--bar);padding:.6rem .75rem;border-radius:6px;overflow:auto;margin:.5rem 0}
#picture{overflow:auto;border:1px solid var(--line);border-radius:6px;padding:.75rem;min-height:3rem;margin-top:.5rem}
svg text{fill:var(--ink);font:12px system-ui,sans-serif}svg rect{fill:var(--bar);stroke:var(--line)}
.self rect{stroke:var(--link);stroke-width:2}.way{fill:none;stroke:var(--soft);stroke-width:1.5}
.way.gain{stroke:var(--gain)}.way.loss{stroke:var(--loss);stroke-dasharray:5 4}
table{border-collapse:collapse}td,th{text-align:left;padding:.15rem 1rem .15rem 0;vertical-align:top}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:1rem}
@media(max-width:50rem){.access li,.changes li{grid-template-columns:1.2rem 1fr}}
@media print{.bar,#graph,.skip{display:none}body{font-size:11px}main{max-width:none;padding:0}.many li[data-row]{content-visibility:visible}li[data-row]{break-inside:avoid}
:root{--paper:#fff;--ink:#000;--soft:#444;--line:#bbb;--bar:#fff;--gain:#116329;--loss:#a40e26;--gainbar:#fff;--lossbar:#fff;--warnbar:#fff}button.name{color:inherit}}
`
