// The flow as a picture. Loaded when looked at: the drawing library is large.
import "@xyflow/react/dist/style.css";
import { Background, Controls, Handle, MarkerType, Panel, Position, ReactFlow, type Edge, type Node, type NodeProps } from "@xyflow/react";
import { Checkbox } from "antd";
import { BellRing, Clock3, CornerDownRight, ListTree, Megaphone, PhoneOff, PhoneOutgoing, Search, Star, TriangleAlert, Users, Voicemail, Keyboard, ListOrdered, Mic, type LucideIcon } from "lucide-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Tone } from "@kit";
import { useTheme } from "@lib/theme";
import type { Finding, Graph } from "./api";
import { NODE_H, NODE_W, place } from "./layout";

const LOOKS: Record<string, [Tone, LucideIcon]> = {
  say: ["accent", Megaphone],
  menu: ["call", ListTree],
  collect: ["call", Keyboard],
  hours: ["wrap", Clock3],
  choose_from: ["call", ListOrdered],
  record: ["rest", Mic],
  look_up: ["hold", Search],
  announce: ["busy", BellRing],
  rate: ["hold", Star],
  voicemail: ["rest", Voicemail],
  call_back: ["rest", PhoneOutgoing],
  go_to: ["offline", CornerDownRight],
  queue: ["ready", Users],
  hang_up: ["offline", PhoneOff],
};

type Data = { name: string; kind: string; label: string; start: boolean; faults: number };
type StepNode = Node<Data, "step">;

function Step({ data }: NodeProps<StepNode>) {
  const { t, i18n } = useTranslation("ivr_flows");
  const [tone, Icon] = LOOKS[data.kind] ?? ["offline", CornerDownRight];
  const word = i18n.exists(`kind.${data.kind}`, { ns: "ivr_flows" }) ? (t(`kind.${data.kind}` as "kind.say") as string) : data.kind;
  return (
    <div className="flow-step" data-tone={tone} data-start={data.start} data-fault={data.faults > 0}>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <span className="head">
        <Icon size={15} aria-hidden /> {word}
        {data.faults > 0 && <TriangleAlert size={15} className="fault" aria-label={t("faults_here", { count: data.faults })} />}
        <span className="name">{data.name}</span>
      </span>
      <span className="label" title={data.label}>
        {data.label || "—"}
      </span>
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </div>
  );
}
const ASIDE = new Set(["otherwise", "silence", "none", "unknown"]);
const nodeTypes = { step: Step };

/** Ways that are only taken when something goes wrong lead from every menu to a person: shown on request. */
export function mainWays(graph: Graph): Graph {
  return { ...graph, edges: graph.edges.filter((edge) => !ASIDE.has(edge.label)) };
}

export default function Tree({ graph: whole, findings, onOpen }: { graph: Graph; findings: Finding[]; onOpen: (node: string) => void }) {
  const { t, i18n } = useTranslation("ivr_flows");
  const theme = useTheme();
  const [all, setAll] = useState(false);
  const graph = useMemo(() => (all ? whole : mainWays(whole)), [all, whole]);
  const nodes = useMemo<StepNode[]>(() => {
    const by = new Map(graph.nodes.map((node) => [node.name, node]));
    return place(graph).flatMap(({ name, x, y }) => {
      const node = by.get(name);
      if (!node) return [];
      const faults = findings.filter((f) => f.node === name).length;
      return [{ id: name, type: "step" as const, position: { x, y }, width: NODE_W, height: NODE_H, data: { ...node, start: name === graph.start, faults }, ariaLabel: `${name} ${node.label}` }];
    });
  }, [graph, findings]);
  const edges = useMemo<Edge[]>(() => {
    // Several keys to one place are one line: "1, 2".
    const lines = new Map<string, { from: string; to: string; labels: string[]; keys: string[] }>();
    for (const edge of graph.edges) {
      const key = `${edge.from}\u0000${edge.to}`;
      const line = lines.get(key) ?? { from: edge.from, to: edge.to, labels: [], keys: [] };
      line.keys.push(edge.label);
      if (edge.label && edge.label !== "next") line.labels.push(i18n.exists(`way.${edge.label}`, { ns: "ivr_flows" }) ? (t(`way.${edge.label}` as "way.otherwise") as string) : edge.label);
      lines.set(key, line);
    }
    const column = new Map(place(graph).map((placed) => [placed.name, placed.x]));
    return [...lines.entries()].map(([id, line]) => {
      // Ways back, and ways taken only when something goes wrong, step back behind the main ones.
      const back = (column.get(line.to) ?? 0) <= (column.get(line.from) ?? 0);
      const aside = back || line.keys.every((key) => ASIDE.has(key));
      return { id, source: line.from, target: line.to, label: line.labels.join(t("and")), className: aside ? "aside" : "", type: back ? "smoothstep" : "default", markerEnd: { type: MarkerType.ArrowClosed, width: 16, height: 16 } };
    });
  }, [graph, t, i18n]);

  return (
    <div className="flow-tree" role="region" aria-label={t("view.tree")}>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        colorMode={theme === "dark" ? "dark" : "light"}
        fitView
        onInit={(flow) => {
          // What does not fit is shown from its beginning, at a size that can be read.
          void flow.fitView({ padding: 0.04, maxZoom: 1, minZoom: 0.85 }).then(() => {
            const { x, y, zoom } = flow.getViewport();
            if (x < 0) void flow.setViewport({ x: 24, y, zoom });
          });
        }}
        fitViewOptions={{ padding: 0.04, maxZoom: 1, minZoom: 0.85 }}
        minZoom={0.2}
        maxZoom={1.6}
        nodesDraggable={false}
        nodesConnectable={false}
        deleteKeyCode={null}
        onNodeClick={(_, node) => onOpen(node.id)}
        proOptions={{ hideAttribution: false }}
        ariaLabelConfig={{ "controls.zoomIn.ariaLabel": t("zoom.in"), "controls.zoomOut.ariaLabel": t("zoom.out"), "controls.fitView.ariaLabel": t("zoom.fit") }}
      >
        <Panel position="top-right">
          <Checkbox checked={all} onChange={(event) => setAll(event.target.checked)}>
            {t("tree.all")}
          </Checkbox>
        </Panel>
        <Background gap={22} />
        <Controls showInteractive={false} />
      </ReactFlow>
    </div>
  );
}
