import { describe, expect, it } from 'vitest'
import { CompactGraph } from '../src/compact-graph.js'
import { referenceGraphConformance } from '../src/conformance.js'
import { GraphologyGraph } from '../src/graphology-graph.js'

referenceGraphConformance('CompactGraph', () => new CompactGraph(), { describe, it, expect })
referenceGraphConformance('GraphologyGraph', () => new GraphologyGraph(), { describe, it, expect })
