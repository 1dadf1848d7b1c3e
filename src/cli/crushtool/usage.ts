export const USAGE = `\
usage: crushtool [-i MAP | -c TEXT | --build --num-osds N [LAYER ALG SIZE]...] [CHANGE]... [-o MAP]
       crushtool -d MAP [-o TEXT]
       crushtool -i MAP --tree | --check [MAX-ID]
       crushtool -i MAP --dump [-f json|json-pretty|xml|xml-pretty]
       crushtool -i MAP --show-location OSD | --bucket-tree --bucket-name NAME | --compare MAP
       crushtool -i MAP --test [--rule R] [--min-x X --max-x X | --x X] [--num-rep N]
           [--pool-id P] [--weight OSD 0-1]
           [--show-mappings] [--show-bad-mappings] [--show-utilization[-all]]
           [--show-statistics] [--show-choose-tries]

A CHANGE to the map, in the order in which they are made:
       --set-choose-total-tries N (and the other tunables)
       --reweight-item NAME WEIGHT
       --remove-item NAME
       --add-item ID WEIGHT NAME | --update-item ID WEIGHT NAME [--loc TYPE NAME]...
       --add-bucket NAME TYPE [--loc TYPE NAME]...
       --move NAME --loc TYPE NAME...
       --create-simple-rule NAME ROOT TYPE firstn|indep [--device-class CLASS]
       --create-replicated-rule NAME ROOT TYPE [--device-class CLASS]
       --remove-rule NAME
       --reweight
       --rebuild-class-roots
       --set-subtree-class BUCKET CLASS
       --reclassify [--reclassify-root ROOT CLASS]... [--reclassify-bucket MATCH CLASS PARENT]...
`;
